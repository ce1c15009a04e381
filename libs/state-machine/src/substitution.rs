//! Replaces `${Name}` in the file, as `DefinitionSubstitutions` of the SAM template say.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fault::DefinitionFault;

/// Replaced after the file was read as JSON: no value can break out of its string.
pub(crate) fn substituted(
    value: Value,
    substitutions: &BTreeMap<String, String>,
    path: &str,
) -> Result<Value, DefinitionFault> {
    Ok(match value {
        Value::String(text) => Value::String(substituted_text(&text, substitutions, path)?),
        Value::Array(items) => {
            let mut done = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                done.push(substituted(item, substitutions, &format!("{path}[{index}]"))?);
            }
            Value::Array(done)
        }
        Value::Object(members) => {
            let mut done = Map::new();
            for (name, member) in members {
                let path = format!("{path}.{name}");
                if name.contains("${") {
                    return Err(DefinitionFault::at(
                        &path,
                        "has a ${ in its name, which is not supported",
                    ));
                }
                done.insert(name, substituted(member, substitutions, &path)?);
            }
            Value::Object(done)
        }
        other => other,
    })
}

fn substituted_text(
    text: &str,
    substitutions: &BTreeMap<String, String>,
    path: &str,
) -> Result<String, DefinitionFault> {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| DefinitionFault::at(path, "has a ${ without its }"))?;
        let value = substitutions
            .get(name)
            .ok_or_else(|| DefinitionFault::at(path, format!("has no substitution for {name}")))?;
        done.push_str(before);
        done.push_str(value);
        rest = behind;
    }
    done.push_str(rest);
    Ok(done)
}
