//! What does an item say, as JSON of DynamoDB?

use serde_json::Value;

/// The text of an attribute.
pub(crate) fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text in {item}"))
}
