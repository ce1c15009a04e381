//! Converts the YAML to JSON, with short-form intrinsics (`!Ref X`) in their long form (`{"Ref": "X"}`).

use saphyr::{LoadableYamlNode as _, ScalarOwned, YamlOwned};
use serde_json::{Map, Number, Value, json};

use super::fault::TemplateFault;

/// Short forms that the resolver knows; any other tag is refused.
const INTRINSICS: [(&str, &str); 8] = [
    ("Ref", "Ref"),
    ("Sub", "Fn::Sub"),
    ("GetAtt", "Fn::GetAtt"),
    ("If", "Fn::If"),
    ("Equals", "Fn::Equals"),
    ("Not", "Fn::Not"),
    ("And", "Fn::And"),
    ("Condition", "Condition"),
];

pub(crate) fn parse(text: &str) -> Result<Value, TemplateFault> {
    let documents = YamlOwned::load_from_str(text)
        .map_err(|fault| TemplateFault::at("the template", format!("is no YAML: {fault}")))?;
    match documents.as_slice() {
        [document] => json(document, "the template"),
        _ => Err(TemplateFault::at("the template", "is not one YAML document")),
    }
}

fn json(node: &YamlOwned, place: &str) -> Result<Value, TemplateFault> {
    Ok(match node {
        YamlOwned::Value(scalar) => json_scalar(scalar, place)?,
        YamlOwned::Sequence(items) => {
            Value::Array(items.iter().map(|item| json(item, place)).collect::<Result<_, _>>()?)
        }
        YamlOwned::Mapping(members) => {
            let mut object = Map::new();
            for (key, value) in members {
                let YamlOwned::Value(ScalarOwned::String(name)) = key else {
                    return Err(TemplateFault::at(place, "has a key that is not a string"));
                };
                object.insert(name.clone(), json(value, &format!("{place}.{name}"))?);
            }
            Value::Object(object)
        }
        YamlOwned::Tagged(tag, inner) => {
            let suffix = tag.suffix.as_str();
            let intrinsic = INTRINSICS.iter().find(|(short, _)| *short == suffix);
            let (_, long) =
                intrinsic.ok_or_else(|| TemplateFault::at(place, format!("uses !{suffix}, which is not supported")))?;
            json!({ *long: json(inner, place)? })
        }
        _ => return Err(TemplateFault::at(place, "has a node that is not supported")),
    })
}

fn json_scalar(scalar: &ScalarOwned, place: &str) -> Result<Value, TemplateFault> {
    Ok(match scalar {
        ScalarOwned::Null => Value::Null,
        ScalarOwned::Boolean(value) => Value::Bool(*value),
        ScalarOwned::Integer(value) => Value::Number((*value).into()),
        ScalarOwned::FloatingPoint(value) => {
            let number = Number::from_f64(value.into_inner());
            Value::Number(
                number.ok_or_else(|| {
                    TemplateFault::at(place, "has a number that JSON cannot express, like .inf or .nan")
                })?,
            )
        }
        ScalarOwned::String(text) => Value::String(text.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_ones() {
        let text = "a: !Ref X\nb: [!GetAtt X.Arn, !Sub \"${A}/*\"]\nc: { d: 1, e: true }\n";
        let expected = json!({
            "a": { "Ref": "X" }, "b": [{ "Fn::GetAtt": "X.Arn" }, { "Fn::Sub": "${A}/*" }], "c": { "d": 1, "e": true },
        });
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn an_unknown_tag_is_named() {
        assert!(
            parse("a: !ImportValue X\n")
                .unwrap_err()
                .to_string()
                .contains("!ImportValue")
        );
    }
}
