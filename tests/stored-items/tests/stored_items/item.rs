//! Reads attributes of an item in DynamoDB JSON.

use serde_json::Value;

/// The string of an attribute.
pub(crate) fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is not a string in {item}"))
}
