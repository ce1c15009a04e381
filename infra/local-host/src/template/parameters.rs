//! Checks the parameters of the template as CloudFormation does: type, allowed values, pattern and limits.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

use super::fault::TemplateFault;

/// Similarity of two names, from 0 to 1, at which one is proposed instead of the other.
const SIMILARITY_MIN: f64 = 0.6;

/// The value of every declared parameter: its default, or the `given` one.
pub(crate) fn values(
    declared: &Map<String, Value>,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, TemplateFault> {
    if let Some(name) = given.keys().find(|name| !declared.contains_key(*name)) {
        return Err(unknown(name, declared));
    }
    let mut values = BTreeMap::new();
    for (name, parameter) in declared {
        let place = format!("Parameters.{name}");
        let default = parameter.get("Default").map(text);
        let value = given.get(name).cloned().or(default);
        let value = value.ok_or_else(|| TemplateFault::at(&place, "has no default to run with"))?;
        check(parameter, &value, &place)?;
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn unknown(name: &str, declared: &Map<String, Value>) -> TemplateFault {
    let similarity = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let nearest = declared
        .keys()
        .max_by(|one, other| similarity(one).total_cmp(&similarity(other)))
        .filter(|nearest| similarity(nearest) >= SIMILARITY_MIN);
    let proposal = nearest.map_or_else(String::new, |nearest| format!(" (did you mean {nearest}?)"));
    let names: Vec<&str> = declared.keys().map(String::as_str).collect();
    TemplateFault::at(
        &format!("Parameters.{name}"),
        format!("does not exist{proposal}; the parameters are {}", names.join(", ")),
    )
}

/// Refuses a value that breaks a constraint of its parameter. The message lists the accepted values.
fn check(parameter: &Value, value: &str, place: &str) -> Result<(), TemplateFault> {
    let refuse = |accepted: String| Err(TemplateFault::at(place, format!("is {value:?}; accepted: {accepted}")));
    if let Some(allowed) = parameter.get("AllowedValues").and_then(Value::as_array) {
        let allowed: Vec<String> = allowed.iter().map(text).collect();
        if !allowed.iter().any(|other| other == value) {
            return refuse(allowed.join(", "));
        }
    }
    if let Some(pattern) = parameter.get("AllowedPattern").and_then(Value::as_str) {
        // CloudFormation compares the whole value.
        let whole = Regex::new(&format!(r"\A(?:{pattern})\z"));
        let whole = whole.map_err(|_| TemplateFault::at(place, format!("has an invalid AllowedPattern {pattern}")))?;
        if !whole.is_match(value) {
            let description = parameter.get("ConstraintDescription").and_then(Value::as_str);
            return refuse(description.map_or_else(|| format!("text like the pattern {pattern}"), str::to_owned));
        }
    }
    match parameter.get("Type").and_then(Value::as_str) {
        Some("String") => {
            let limits = Limits::of(parameter, "MinLength", "MaxLength");
            #[expect(clippy::cast_precision_loss, reason = "a value of a command line is short")]
            let length = value.chars().count() as f64;
            if limits.contain(length) {
                Ok(())
            } else {
                refuse(format!("text {limits} characters long"))
            }
        }
        Some("Number") => {
            let limits = Limits::of(parameter, "MinValue", "MaxValue");
            match value.parse::<f64>() {
                Ok(number) if number.is_finite() && limits.contain(number) => Ok(()),
                _ => refuse(format!("a number {limits}").trim_end().to_owned()),
            }
        }
        kind => Err(TemplateFault::at(
            place,
            format!("has the type {kind:?}, which is not supported; use String or Number"),
        )),
    }
}

/// Two optional limits, both inclusive.
struct Limits {
    min: Option<f64>,
    max: Option<f64>,
}

impl Limits {
    fn of(parameter: &Value, min: &str, max: &str) -> Self {
        let limit = |name: &str| parameter.get(name).and_then(Value::as_f64);
        Self {
            min: limit(min),
            max: limit(max),
        }
    }

    fn contain(&self, number: f64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

impl std::fmt::Display for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(formatter, "from {min} to {max}"),
            (Some(min), None) => write!(formatter, "of at least {min}"),
            (None, Some(max)) => write!(formatter, "of at most {max}"),
            (None, None) => Ok(()),
        }
    }
}

/// A YAML scalar as a parameter's value.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The refusal of `value` by the only parameter, `P`.
    fn refusal(parameter: Value, value: &str) -> Option<String> {
        let declared = Map::from_iter([("P".to_owned(), parameter)]);
        let given = BTreeMap::from([("P".to_owned(), value.to_owned())]);
        values(&declared, &given).err().map(|fault| fault.to_string())
    }

    #[test]
    fn a_value_that_is_not_allowed_is_refused_with_those_that_are() {
        let levels = || json!({ "Type": "String", "AllowedValues": ["info", "warn"] });
        let days = || json!({ "Type": "Number", "AllowedValues": [1, 30] });
        assert_eq!(refusal(levels(), "warn"), None);
        assert_eq!(refusal(days(), "30"), None);
        for (parameter, value, accepted) in [
            (levels(), "WARN", "info, warn"),
            (levels(), "", "info, warn"),
            (days(), "2", "1, 30"),
            (days(), "1.0", "1, 30"),
        ] {
            let expected = format!("Parameters.P is {value:?}; accepted: {accepted}");
            assert_eq!(refusal(parameter, value), Some(expected));
        }
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        let stage = || json!({ "Type": "String", "AllowedPattern": "[a-z][a-z0-9]{1,3}|x" });
        for value in ["ab", "abc1", "x"] {
            assert_eq!(refusal(stage(), value), None, "{value}");
        }
        for value in ["a", "Ab", "abcde", "ab ", "ab\n", "-ab", ""] {
            let refusal = refusal(stage(), value).unwrap();
            assert!(
                refusal.contains("text like the pattern [a-z][a-z0-9]{1,3}|x"),
                "{refusal}"
            );
        }
        let described = json!({ "Type": "String", "AllowedPattern": "a", "ConstraintDescription": "the letter a" });
        assert_eq!(
            refusal(described, "b"),
            Some("Parameters.P is \"b\"; accepted: the letter a".to_owned())
        );
        assert!(refusal(json!({ "Type": "String", "AllowedPattern": "(" }), "b").is_some());
    }

    #[test]
    fn numbers_and_lengths_stay_within_their_limits() {
        let number = |min: Value, max: Value| json!({ "Type": "Number", "MinValue": min, "MaxValue": max });
        for (parameter, value, accepted) in [
            (number(json!(2), json!(1000)), "1", "a number from 2 to 1000"),
            (number(json!(2), json!(1000)), "1000.5", "a number from 2 to 1000"),
            (number(json!(1), Value::Null), "-1", "a number of at least 1"),
            (number(Value::Null, json!(9)), "10", "a number of at most 9"),
            (number(Value::Null, Value::Null), "many", "a number"),
            (number(Value::Null, Value::Null), "NaN", "a number"),
            (number(Value::Null, Value::Null), "inf", "a number"),
            (number(json!(1), Value::Null), "", "a number of at least 1"),
            (
                json!({ "Type": "String", "MinLength": 2, "MaxLength": 3 }),
                "äöüß",
                "text from 2 to 3 characters long",
            ),
        ] {
            let expected = format!("Parameters.P is {value:?}; accepted: {accepted}");
            assert_eq!(refusal(parameter, value), Some(expected));
        }
        for value in ["2", "1000", "2.5"] {
            assert_eq!(refusal(number(json!(2), json!(1000)), value), None, "{value}");
        }
        assert_eq!(refusal(json!({ "Type": "String", "MaxLength": 3 }), "äöü"), None);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_one() {
        let declared = ["Stage", "LogLevel"].map(|name| (name.to_owned(), json!({ "Type": "String", "Default": "a" })));
        let declared = Map::from_iter(declared);
        let refusal = |name: &str| {
            let given = BTreeMap::from([(name.to_owned(), "a".to_owned())]);
            values(&declared, &given).unwrap_err().to_string()
        };
        for (name, nearest) in [("stage", "Stage"), ("Stagee", "Stage"), ("Loglevle", "LogLevel")] {
            let refusal = refusal(name);
            assert!(refusal.contains(&format!("did you mean {nearest}?")), "{refusal}");
        }
        assert_eq!(
            refusal("Quux"),
            "Parameters.Quux does not exist; the parameters are Stage, LogLevel"
        );
    }

    #[test]
    fn a_default_is_checked_and_needed() {
        let of = |parameter: Value| values(&Map::from_iter([("P".to_owned(), parameter)]), &BTreeMap::new());
        assert_eq!(of(json!({ "Type": "Number", "Default": 3 })).unwrap()["P"], "3");
        for refused in [
            json!({ "Type": "Number" }),
            json!({ "Type": "Number", "Default": "three" }),
            json!({ "Type": "CommaDelimitedList", "Default": "a,b" }),
            json!({ "Default": "a" }),
        ] {
            assert!(of(refused.clone()).is_err(), "{refused}");
        }
    }
}
