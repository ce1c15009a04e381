//! Reads the fields of an object in the file. Each is taken once; a field that was not taken is refused by name.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::expression::Template;
use crate::fault::DefinitionFault;
use crate::times::{SECONDS_MAX, seconds, timestamp};

/// An object under inspection, with its place in the file.
pub(crate) struct Fields {
    members: Map<String, Value>,
    pub(crate) path: String,
}

impl Fields {
    pub(crate) fn of(value: Value, path: &str) -> Result<Self, DefinitionFault> {
        match value {
            Value::Object(members) => Ok(Self {
                members,
                path: path.to_owned(),
            }),
            _ => Err(DefinitionFault::at(path, "is not an object")),
        }
    }

    pub(crate) fn fault(&self, name: &str, what: impl Into<String>) -> DefinitionFault {
        DefinitionFault::at(&format!("{}.{name}", self.path), what)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, DefinitionFault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.fault(name, "is not a string")),
        }
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, DefinitionFault> {
        self.text(name)?.ok_or_else(|| self.fault(name, "is missing"))
    }

    pub(crate) fn whole_number<N>(&mut self, name: &str, range: RangeInclusive<N>) -> Result<Option<N>, DefinitionFault>
    where
        N: TryFrom<u64> + PartialOrd + Display,
    {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| N::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.fault(
                name,
                format!("is not a whole number from {} to {}", range.start(), range.end()),
            )),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, DefinitionFault> {
        match self.take(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.fault(name, "is neither true nor false")),
        }
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, DefinitionFault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.fault(name, "is not a list")),
        }
    }

    pub(crate) fn template(&mut self, name: &str) -> Result<Option<Template>, DefinitionFault> {
        let Some(value) = self.take(name) else { return Ok(None) };
        Template::parse(&value)
            .map(Some)
            .map_err(|fault| self.fault(name, fault))
    }

    /// An expression, or a literal that passes `is_good`: a literal can be judged before anything runs.
    fn judged(
        &mut self,
        name: &str,
        what: &str,
        is_good: impl FnOnce(&Value) -> bool,
    ) -> Result<Option<Template>, DefinitionFault> {
        match self.template(name)? {
            Some(Template::Literal(value)) if !is_good(&value) => Err(self.fault(name, format!("is not {what}"))),
            Some(Template::Object(_) | Template::Array(_)) => Err(self.fault(name, format!("is not {what}"))),
            template => Ok(template),
        }
    }

    pub(crate) fn seconds(&mut self, name: &str, at_least: u64) -> Result<Option<Template>, DefinitionFault> {
        let what = format!("a whole number from {at_least} to {SECONDS_MAX}");
        self.judged(name, &what, |value| seconds(value, at_least).is_some())
    }

    pub(crate) fn timestamp(&mut self, name: &str) -> Result<Option<Template>, DefinitionFault> {
        self.judged(name, "an instant in RFC 3339", |value| timestamp(value).is_some())
    }

    pub(crate) fn text_template(&mut self, name: &str) -> Result<Option<Template>, DefinitionFault> {
        self.judged(name, "a string", Value::is_string)
    }

    /// `Assign`: variable names and what they become.
    pub(crate) fn assign(&mut self) -> Result<Vec<(String, Template)>, DefinitionFault> {
        let Some(value) = self.take("Assign") else {
            return Ok(Vec::new());
        };
        let Value::Object(members) = value else {
            return Err(self.fault("Assign", "is not an object"));
        };
        let mut assign = Vec::with_capacity(members.len());
        for (name, value) in members {
            let is_name =
                name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !is_name || name == "states" {
                return Err(self.fault(
                    "Assign",
                    format!("has {name:?}, which cannot be the name of a variable"),
                ));
            }
            let template = Template::parse(&value).map_err(|fault| self.fault(&format!("Assign.{name}"), fault))?;
            assign.push((name, template));
        }
        Ok(assign)
    }

    /// Refuses the fields that were not taken.
    pub(crate) fn finish(self) -> Result<(), DefinitionFault> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.fault(name, "is not supported here")),
        }
    }
}
