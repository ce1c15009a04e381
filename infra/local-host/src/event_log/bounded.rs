//! Copies events and answers for display: bounded in size, and without secrets.
//!
//! A large body costs no more than a small one: the copy stops at its limit.

use serde_json::{Map, Value, json};
use telemetry::redaction::without_addresses;

/// Bytes of an event, an answer or a body in a record, about. The average is what ten thousand records have to fit into
/// the memory of a page with.
pub const BYTES_SHOWN: usize = 6 * 1024;
/// Characters of one text, at most.
const TEXT_CHARS_MAX: usize = 2_000;
/// Depth of nesting, at most.
const DEPTH_MAX: usize = 16;
/// Bytes of a text that is parsed because it may contain JSON with secrets. A longer one is not shown.
const EMBEDDED_BYTES_MAX: usize = 16 * 1024;
const REDACTED: &str = "[redacted]";
const CUT: &str = "[cut]";

/// Parts of names of members whose values are secret, in lower case.
const SECRET_NAMES: [&str; 7] = [
    "authorization",
    "cookie",
    "credential",
    "password",
    "secret",
    "signature",
    "token",
];
/// Names of members that hold the address of a person.
const ADDRESS_NAMES: [&str; 2] = ["email", "to"];

/// The copy of a value.
pub fn shown(value: &Value) -> Value {
    let mut left = BYTES_SHOWN;
    copy(value, &mut left, 0)
}

/// The copy of a body: parsed if it is JSON, else its text.
pub fn shown_body(body: &str) -> Value {
    if body.len() > EMBEDDED_BYTES_MAX {
        return json!(format!("[{} bytes]", body.len()));
    }
    match serde_json::from_str::<Value>(body) {
        Ok(value) => shown(&value),
        Err(_) => json!(text(body)),
    }
}

fn copy(value: &Value, left: &mut usize, depth: usize) -> Value {
    if *left == 0 || depth > DEPTH_MAX {
        return json!(CUT);
    }
    match value {
        Value::String(string) => {
            let shown = embedded(string, left, depth).unwrap_or_else(|| text(string));
            *left = left.saturating_sub(shown.len() + 2);
            Value::String(shown)
        }
        Value::Array(items) => {
            let mut copies = Vec::new();
            for item in items {
                if *left == 0 {
                    copies.push(json!(CUT));
                    break;
                }
                copies.push(copy(item, left, depth + 1));
            }
            Value::Array(copies)
        }
        Value::Object(members) => Value::Object(object(members, left, depth)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            *left = left.saturating_sub(8);
            value.clone()
        }
    }
}

fn object(members: &Map<String, Value>, left: &mut usize, depth: usize) -> Map<String, Value> {
    let mut copies = Map::new();
    for (name, member) in members {
        if *left == 0 {
            copies.insert("…".to_owned(), json!(CUT));
            break;
        }
        *left = left.saturating_sub(name.len() + 4);
        let member = if is_secret(name, member) {
            json!(REDACTED)
        } else {
            copy(member, left, depth + 1)
        };
        copies.insert(name.clone(), member);
    }
    copies
}

/// Flags, numbers and empty values give nothing away.
fn is_secret(name: &str, member: &Value) -> bool {
    if !matches!(member, Value::String(_) | Value::Array(_) | Value::Object(_)) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret)) || ADDRESS_NAMES.contains(&name.as_str())
}

/// JSON within a text, as in the body of a request or of a message: copied like the rest, and still a text.
fn embedded(string: &str, left: &mut usize, depth: usize) -> Option<String> {
    if !string.starts_with(['{', '[']) {
        return None;
    }
    if string.len() > EMBEDDED_BYTES_MAX {
        return Some(format!("[{} bytes]", string.len()));
    }
    let value: Value = serde_json::from_str(string).ok()?;
    Some(copy(&value, left, depth + 1).to_string())
}

/// Cut to its limit, without addresses, and without the query of a signed link.
fn text(string: &str) -> String {
    let cut = match string.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => &string[..end],
        None => string,
    };
    let cut = match cut.split_once('?') {
        Some((link, query)) if query.contains("-Signature=") => format!("{link}?{REDACTED}"),
        _ => cut.to_owned(),
    };
    without_addresses(&cut).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_wherever_they_stand() {
        let body = json!({ "payment": { "payment_token": "tok_ok" }, "note": "mail ann@example.test" });
        let event = json!({
            "headers": { "authorization": "Bearer abc", "x-one": "1" },
            "cookies": ["a=1"],
            "body": body.to_string(),
            "claims": { "email": "ann@example.test", "token_use": true },
            "link": "http://127.0.0.1:3000/b/k?X-Amz-Signature=00ff",
        });
        let shown = shown(&event);
        let text = shown.to_string();
        for secret in ["abc", "tok_ok", "ann@", "a=1", "00ff"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert_eq!(shown["headers"]["x-one"], "1");
        assert_eq!(shown["claims"]["token_use"], true);
        let body: Value = serde_json::from_str(shown["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["payment"]["payment_token"], REDACTED);
        assert_eq!(shown_body(event["body"].as_str().unwrap()), body);
    }

    #[test]
    fn a_copy_has_a_limit_in_every_direction() {
        let long = "é".repeat(1_000_000);
        let wide: Vec<String> = (0..100_000).map(|number| format!("item {number}")).collect();
        let mut deep = json!("end");
        for _ in 0..100 {
            deep = json!([deep]);
        }
        for value in [
            json!(long),
            json!(wide),
            deep.clone(),
            json!({ "a": wide, "b": long, "c": deep }),
        ] {
            let size = shown(&value).to_string().len();
            assert!(size < 2 * BYTES_SHOWN, "{size}");
        }
        let embedded = json!({ "body": format!("[{}]", "1,".repeat(EMBEDDED_BYTES_MAX)) });
        assert_eq!(shown(&embedded)["body"], "[32770 bytes]");
        assert_eq!(shown_body(&"x".repeat(70_000)), "[70000 bytes]");
    }
}
