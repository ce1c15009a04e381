//! Reads the permissions that a role of the template grants, for the map of the console.

use serde_json::Value;

use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::Grant;

/// The statements of a role's own policies that allow something.
pub(super) fn grants(mut role: Fields) -> Result<Vec<Grant>, TemplateFault> {
    let mut grants = Vec::new();
    for policy in role.list("Policies")? {
        for statement in statements(&policy) {
            if statement["Effect"] == "Allow" {
                grants.push(Grant {
                    actions: one_or_several(&statement["Action"]),
                    resources: one_or_several(&statement["Resource"]),
                });
            }
        }
    }
    Ok(grants)
}

fn statements(policy: &Value) -> &[Value] {
    let statements = policy.pointer("/PolicyDocument/Statement").and_then(Value::as_array);
    statements.map_or(&[], Vec::as_slice)
}

fn one_or_several(texts: &Value) -> Vec<String> {
    let several = texts.as_array().map_or(std::slice::from_ref(texts), Vec::as_slice);
    several
        .iter()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
