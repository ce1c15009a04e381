//! Reads the properties of an object of the template: each is taken once, and a property that is left is refused by
//! name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fault::TemplateFault;

pub(crate) struct Fields {
    members: Map<String, Value>,
    pub(crate) place: String,
}

impl Fields {
    pub(crate) fn of(value: Value, place: &str) -> Result<Self, TemplateFault> {
        match value {
            Value::Object(members) => Ok(Self {
                members,
                place: place.to_owned(),
            }),
            _ => Err(TemplateFault::at(place, "is not a mapping")),
        }
    }

    pub(crate) fn fault(&self, name: &str, what: impl Into<String>) -> TemplateFault {
        TemplateFault::at(&format!("{}.{name}", self.place), what)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    /// A mapping within; an absent one is an empty one.
    pub(crate) fn within(&mut self, name: &str) -> Result<Self, TemplateFault> {
        let place = format!("{}.{name}", self.place);
        Self::of(self.take(name).unwrap_or_else(|| Value::Object(Map::new())), &place)
    }

    /// Members of a mapping whose names the template chose.
    pub(crate) fn entries(&mut self, name: &str) -> Result<Vec<(String, Self)>, TemplateFault> {
        let inner = self.within(name)?;
        let Self { members, place } = inner;
        members
            .into_iter()
            .map(|(name, value)| {
                let fields = Self::of(value, &format!("{place}.{name}"))?;
                Ok((name, fields))
            })
            .collect()
    }

    /// Strings of a mapping whose names the template chose.
    pub(crate) fn texts_by_name(&mut self, name: &str) -> Result<BTreeMap<String, String>, TemplateFault> {
        let Self { members, place } = self.within(name)?;
        let texts = members.into_iter().map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            _ => Err(TemplateFault::at(&format!("{place}.{name}"), "is not a string")),
        });
        texts.collect()
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, TemplateFault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.fault(name, "is not a string")),
        }
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, TemplateFault> {
        self.text(name)?.ok_or_else(|| self.fault(name, "is missing"))
    }

    /// A whole number. Parameters are texts, so a reference to one arrives as a text.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, TemplateFault> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        number
            .map(Some)
            .ok_or_else(|| self.fault(name, format!("is {value}, not a whole number")))
    }

    pub(crate) fn small_number(&mut self, name: &str) -> Result<Option<u32>, TemplateFault> {
        let number = self.number(name)?;
        number
            .map(u32::try_from)
            .transpose()
            .map_err(|_| self.fault(name, "is too large"))
    }

    /// A number for which zero would mean that nothing ever happens.
    pub(crate) fn positive_number(&mut self, name: &str) -> Result<Option<u32>, TemplateFault> {
        match self.small_number(name)? {
            Some(0) => Err(self.fault(name, "is zero")),
            number => Ok(number),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, TemplateFault> {
        match self.take(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.fault(name, "is neither true nor false")),
        }
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, TemplateFault> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.fault(name, "is not a list")),
        }
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, TemplateFault> {
        let items = self.list(name)?;
        let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| self.fault(name, "is not a list of strings"))
    }

    /// One of the values that mean the same here as on AWS.
    pub(crate) fn only(&mut self, name: &str, supported: &str) -> Result<(), TemplateFault> {
        match self.take(name) {
            None => Ok(()),
            Some(Value::String(text)) if text == supported => Ok(()),
            Some(value) => Err(self.fault(name, format!("is {value}; only {supported} is supported"))),
        }
    }

    /// Properties without a local meaning.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.take(name);
        }
    }

    /// Whatever nobody took is not supported.
    pub(crate) fn finish(self) -> Result<(), TemplateFault> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.fault(name, "is not supported by the local host")),
        }
    }
}
