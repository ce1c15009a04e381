//! Evaluates the conditions of the template. Parameters have their defaults, so each condition has one value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fault::TemplateFault;

/// References among conditions end after this many steps.
const DEPTH_MAX: usize = 8;

pub(crate) struct Conditions {
    section: Map<String, Value>,
    parameters: BTreeMap<String, String>,
}

impl Conditions {
    /// Comparisons of parameters: `!Equals`, `!Not`, `!And` and `!Condition`. Each is settled now, so that what is not
    /// supported is refused at start.
    pub(crate) fn of(section: Map<String, Value>, parameters: BTreeMap<String, String>) -> Result<Self, TemplateFault> {
        let conditions = Self { section, parameters };
        for name in conditions.section.keys() {
            conditions.holds(name, &format!("Conditions.{name}"))?;
        }
        Ok(conditions)
    }

    pub(crate) fn holds(&self, name: &str, place: &str) -> Result<bool, TemplateFault> {
        self.named(name, place, 0)
    }

    /// Leaves out the resources whose condition does not hold.
    pub(crate) fn leave_out(&self, resources: &mut Map<String, Value>) -> Result<(), TemplateFault> {
        let mut absent = Vec::new();
        for (logical_id, resource) in resources.iter_mut() {
            let condition = resource.as_object_mut().and_then(|members| members.remove("Condition"));
            let Some(condition) = condition else { continue };
            let place = format!("Resources.{logical_id}.Condition");
            let name = condition
                .as_str()
                .ok_or_else(|| TemplateFault::at(&place, "is not a name"))?;
            if !self.holds(name, &place)? {
                absent.push(logical_id.clone());
            }
        }
        for logical_id in absent {
            resources.remove(&logical_id);
        }
        Ok(())
    }

    /// Refuses parameters that an assertion of the section `Rules` forbids, with the assertion's own text.
    pub(crate) fn check_rules(&self, rules: &Map<String, Value>) -> Result<(), TemplateFault> {
        for (name, rule) in rules {
            let place = format!("Rules.{name}");
            let condition = rule.get("RuleCondition");
            let applies = condition.map_or(Ok(true), |condition| self.settled(condition, &place, 0))?;
            let assertions = rule.get("Assertions").and_then(Value::as_array);
            for assertion in assertions.ok_or_else(|| TemplateFault::at(&place, "has no Assertions"))? {
                let assert = assertion.get("Assert");
                let assert = assert.ok_or_else(|| TemplateFault::at(&place, "has an assertion without Assert"))?;
                if !self.settled(assert, &place, 0)? && applies {
                    let text = assertion.get("AssertDescription").and_then(Value::as_str);
                    return Err(TemplateFault::at(&place, text.unwrap_or("does not hold")));
                }
            }
        }
        Ok(())
    }

    fn named(&self, name: &str, place: &str, depth: usize) -> Result<bool, TemplateFault> {
        let unknown = || TemplateFault::at(place, format!("asks for the condition {name}, which does not exist"));
        if depth > DEPTH_MAX {
            return Err(TemplateFault::at(place, "refers to itself"));
        }
        self.settled(self.section.get(name).ok_or_else(unknown)?, place, depth)
    }

    fn settled(&self, condition: &Value, place: &str, depth: usize) -> Result<bool, TemplateFault> {
        let unsupported = || TemplateFault::at(place, "is a condition in a form that is not supported");
        let (name, argument) = condition
            .as_object()
            .filter(|members| members.len() == 1)
            .and_then(|members| members.iter().next())
            .ok_or_else(unsupported)?;
        if name == "Condition" {
            return self.named(argument.as_str().ok_or_else(unsupported)?, place, depth + 1);
        }
        match (name.as_str(), argument.as_array().map(Vec::as_slice)) {
            ("Fn::Equals", Some([left, right])) => {
                let left = self.operand(left).ok_or_else(unsupported)?;
                Ok(left == self.operand(right).ok_or_else(unsupported)?)
            }
            ("Fn::Not", Some([inner])) => Ok(!self.settled(inner, place, depth)?),
            ("Fn::And", Some(parts)) => {
                for part in parts {
                    if !self.settled(part, place, depth)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Err(unsupported()),
        }
    }

    /// A parameter's value, or what stands there. Parameters are texts, so numbers and flags are compared as texts.
    fn operand(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Object(members) => {
                let name = members.get("Ref").and_then(Value::as_str)?;
                self.parameters.get(name).cloned()
            }
            Value::Null | Value::Array(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn conditions(section: &Value) -> Result<Conditions, TemplateFault> {
        let parameters = [("Stage", "dev"), ("Reserved", "0"), ("Domain", "")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Conditions::of(section.as_object().unwrap().clone(), parameters.into())
    }

    #[test]
    fn a_condition_compares_parameters_with_what_stands_there() {
        let section = json!({
            "IsDev": { "Fn::Equals": [{ "Ref": "Stage" }, "dev"] },
            "IsReserved": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Reserved" }, 0] }] },
            "Both": { "Fn::And": [{ "Condition": "IsDev" }, { "Condition": "IsReserved" }] },
            "Either": { "Fn::And": [{ "Condition": "IsDev" }, { "Fn::Not": [{ "Condition": "IsReserved" }] }] },
        });
        let conditions = conditions(&section).unwrap();
        let holds = |name| conditions.holds(name, "here").unwrap();
        assert_eq!(
            ["IsDev", "IsReserved", "Both", "Either"].map(holds),
            [true, false, false, true]
        );
    }

    #[test]
    fn a_resource_goes_with_its_condition() {
        let conditions = conditions(&json!({ "HasDomain": { "Fn::Equals": [{ "Ref": "Domain" }, "x"] } })).unwrap();
        let mut resources = json!({ "Name": { "Condition": "HasDomain" }, "Other": { "Type": "T" } });
        conditions.leave_out(resources.as_object_mut().unwrap()).unwrap();
        assert_eq!(resources, json!({ "Other": { "Type": "T" } }));
    }

    #[test]
    fn what_cannot_be_settled_is_refused_by_name() {
        let cases = [
            (json!({ "A": { "Fn::Or": [] } }), "Conditions.A"),
            (
                json!({ "A": { "Fn::Equals": [{ "Ref": "Nothing" }, ""] } }),
                "Conditions.A",
            ),
            (json!({ "A": { "Condition": "B" } }), "the condition B"),
            (json!({ "A": { "Condition": "A" } }), "refers to itself"),
        ];
        for (section, named) in cases {
            let fault = conditions(&section).err().unwrap().to_string();
            assert!(fault.contains(named), "{fault:?} does not name {named:?}");
        }
    }
}
