//! Matches events against patterns, in the subset of EventBridge's language that rules and stream filters use here.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>. Operators beyond this
//! subset are refused when the template is read.

use serde_json::Value;

/// Refuses what [`matches`] would misunderstand.
pub(crate) fn check(pattern: &Value) -> Result<(), String> {
    let Value::Object(members) = pattern else {
        return Err("is not an object".to_owned());
    };
    for (name, member) in members {
        match member {
            Value::Object(_) => check(member).map_err(|what| format!("{what} in {name}"))?,
            Value::Array(choices) if !choices.is_empty() => {
                for choice in choices {
                    check_choice(choice).map_err(|what| format!("{what} in {name}"))?;
                }
            }
            _ => return Err(format!("has {name}, which is neither an object nor a list of choices")),
        }
        if name.starts_with('$') {
            return Err(format!("uses {name}, which is not supported"));
        }
    }
    Ok(())
}

fn check_choice(choice: &Value) -> Result<(), String> {
    let Value::Object(operator) = choice else {
        return if choice.is_array() {
            Err("has a list within a list".to_owned())
        } else {
            Ok(())
        };
    };
    let operators: Vec<(&str, &Value)> = operator.iter().map(|(name, value)| (name.as_str(), value)).collect();
    match operators.as_slice() {
        [
            ("prefix" | "suffix", Value::String(_))
            | ("exists", Value::Bool(_))
            | ("anything-but", Value::String(_) | Value::Number(_)),
        ] => Ok(()),
        [("anything-but", Value::Array(values))] if !values.iter().any(Value::is_object) => Ok(()),
        [(name, _)] => Err(format!("uses the operator {name}, which is not supported")),
        _ => Err("has a choice with several operators".to_owned()),
    }
}

/// Every member of the pattern must match; of a list of choices, one.
pub(crate) fn matches(pattern: &Value, event: &Value) -> bool {
    let Value::Object(members) = pattern else { return false };
    members.iter().all(|(name, wanted)| {
        let found = event.get(name);
        match wanted {
            Value::Array(choices) => choices.iter().any(|choice| meets(choice, found)),
            wanted => matches(wanted, found.unwrap_or(&Value::Null)),
        }
    })
}

fn meets(choice: &Value, found: Option<&Value>) -> bool {
    // A list in the event meets a choice when one of its items does.
    if let Some(Value::Array(items)) = found {
        return items.iter().any(|item| meets(choice, Some(item)));
    }
    let Value::Object(operator) = choice else {
        return found == Some(choice);
    };
    let text = found.and_then(Value::as_str);
    operator.iter().all(|(name, argument)| match (name.as_str(), argument) {
        ("prefix", Value::String(prefix)) => text.is_some_and(|text| text.starts_with(prefix.as_str())),
        ("suffix", Value::String(suffix)) => text.is_some_and(|text| text.ends_with(suffix.as_str())),
        ("exists", Value::Bool(wanted)) => found.is_some() == *wanted,
        ("anything-but", Value::Array(values)) => found.is_some_and(|found| !values.contains(found)),
        ("anything-but", value) => found.is_some_and(|found| found != value),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_has_to_be_met_by_one_of_its_choices() {
        let pattern = json!({ "source": ["aws.s3", "aws.states"], "detail": { "object": { "key": [{ "prefix": "catalogs/" }] } } });
        check(&pattern).unwrap();
        let event =
            |source: &str, key: &str| json!({ "source": source, "detail": { "object": { "key": key }, "more": 1 } });
        assert!(matches(&pattern, &event("aws.s3", "catalogs/a.csv")));
        assert!(!matches(&pattern, &event("aws.ec2", "catalogs/a.csv")));
        assert!(!matches(&pattern, &event("aws.s3", "photos/a")));
        assert!(!matches(&pattern, &json!({ "source": "aws.s3" })));
    }

    #[test]
    fn operators_mean_what_eventbridge_says() {
        let case = |choice: Value, value: Option<Value>| {
            let pattern = json!({ "a": [choice] });
            check(&pattern).unwrap();
            let event = value.map_or_else(|| json!({}), |value| json!({ "a": value }));
            matches(&pattern, &event)
        };
        assert!(case(json!({ "suffix": ".csv" }), Some(json!("a.csv"))));
        assert!(case(json!({ "exists": false }), None));
        assert!(!case(json!({ "exists": true }), None));
        assert!(case(json!({ "anything-but": ["x", "y"] }), Some(json!("z"))));
        assert!(!case(json!({ "anything-but": "x" }), Some(json!("x"))));
        assert!(!case(json!({ "anything-but": "x" }), None));
        assert!(case(json!(null), Some(json!(null))));
        assert!(!case(json!("1"), Some(json!(1))));
        assert!(case(json!("b"), Some(json!(["a", "b"]))));
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for pattern in [
            json!([]),
            json!({ "a": "b" }),
            json!({ "a": [] }),
            json!({ "a": [{ "cidr": "10.0.0.0/24" }] }),
            json!({ "a": [{ "numeric": [">", 1] }] }),
            json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
            json!({ "$or": [{ "a": ["b"] }] }),
        ] {
            assert!(check(&pattern).is_err(), "{pattern}");
        }
    }
}
