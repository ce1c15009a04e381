//! Which fields does an object of the file have? Each is taken once; what is left at the end is refused by name.

use serde_json::{Map, Value};

use crate::expression::Template;
use crate::parse::DefinitionFault;

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

    pub(crate) fn whole_number(&mut self, name: &str) -> Result<Option<u64>, DefinitionFault> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| self.fault(name, "is not a whole number")),
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

    /// Whatever nobody took is not supported.
    pub(crate) fn finish(self) -> Result<(), DefinitionFault> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.fault(name, "is not supported here")),
        }
    }
}
