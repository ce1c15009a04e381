//! Takes `null` from members that are left out when they have no value.

use serde_json::Value;

/// A member that is not required and may be `null` is one that the shop leaves out: serde skips it. The member is never
/// `null` then, so its type does not list it.
pub(crate) fn without_null(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, member) in members {
        without_null(member);
        if required.iter().any(|required| required == name) {
            continue;
        }
        if let Some(types) = member.get_mut("type").and_then(Value::as_array_mut) {
            types.retain(|one| one != "null");
            if let [only] = types.as_slice() {
                member["type"] = only.clone();
            }
        }
        if let Some(choice) = member.get_mut("anyOf").and_then(Value::as_array_mut) {
            choice.retain(|one| one["type"] != "null");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_member_that_may_be_left_out_is_never_null() {
        let mut schema = json!({
            "properties": {
                "reason": {"type": ["string", "null"]},
                "import": {"anyOf": [{"$ref": "#/a"}, {"type": "null"}]},
                "next_cursor": {"type": ["string", "null"]},
            },
            "required": ["next_cursor"],
        });
        without_null(&mut schema);
        let expected = json!({
            "reason": {"type": "string"},
            "import": {"anyOf": [{"$ref": "#/a"}]},
            "next_cursor": {"type": ["string", "null"]},
        });
        assert_eq!(schema["properties"], expected);
    }
}
