//! Finds private data in log lines, metrics and traces: addresses, tokens, keys, and content that callers sent.
//!
//! Every process that a test starts is read to its end by these rules: the local host, the functions' binaries, what
//! their traces told a daemon, and, by `tests/tests/telemetry_privacy/`, the log groups of the local cloud.

use serde_json::Value;

/// Pieces of what is secret or not ours to tell, which no honest line has in it. Of what tests send and what the shop
/// answers, words that stand in nothing else: columns, descriptions, the end of a mail.
const PIECES: [(&str, &str); 15] = [
    ("eyJ", "a JSON Web Token"),
    ("Bearer ", "an Authorization header"),
    ("Signature=", "a signed link"),
    ("Credential=", "a signed link"),
    ("tok_", "a payment token"),
    ("8e03978e-40d5-43e8-bc93-6894a57f9324", "an idempotency key"),
    ("secret-key-of-ann", "an idempotency key"),
    // A member's name in a text: what is left of a document that was cut, too.
    ("\\\":", "an event or a body"),
    ("payment_token", "a request's body"),
    ("unit_price", "an answer's body"),
    ("sku,name", "a catalog's rows"),
    ("Sold by a test", "a catalog's rows"),
    ("as good as new", "a product"),
    ("Your Popshop", "a mail"),
    ("<p>", "a mail"),
];

/// Why `line` must not be told; `None` for one that may.
pub fn finding(line: &str) -> Option<String> {
    if let Some((piece, what)) = PIECES.iter().find(|(piece, _)| line.contains(piece)) {
        return Some(format!("{piece:?}, of {what}, is in {line}"));
    }
    if let Some(address) = address(line) {
        return Some(format!("the address {address:?} is in {line}"));
    }
    let whole: Value = serde_json::from_str(line).ok()?;
    nested(&whole).map(|text| format!("{text:?} is a whole document, in {line}"))
}

/// All of it, line by line.
///
/// # Panics
///
/// With every finding, unless the test is failing already.
pub fn assert_no_private_data<'a>(who: &str, lines: impl IntoIterator<Item = &'a str>) {
    let findings: Vec<String> = lines.into_iter().filter_map(finding).collect();
    if !std::thread::panicking() {
        assert!(
            findings.is_empty(),
            "{who} reported private data:\n{}",
            findings.join("\n")
        );
    }
}

/// A part before an `@` and a domain with a dot behind it.
fn address(line: &str) -> Option<&str> {
    let of_an_address = |character: char| character.is_ascii_alphanumeric() || ".+-_%".contains(character);
    line.match_indices('@').find_map(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + 1..]);
        let begin = before.trim_end_matches(of_an_address).len();
        let domain = &after[..after.len() - after.trim_start_matches(of_an_address).len()];
        let is_domain = domain.trim_end_matches('.').contains('.');
        (begin < at && is_domain).then(|| &line[begin..=at + domain.len()])
    })
}

/// A text inside a document that is a document itself: a body that was logged as a whole looks like this.
fn nested(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => is_document(text).then_some(text),
        Value::Array(items) => items.iter().find_map(nested),
        Value::Object(members) => members.values().find_map(nested),
        _ => None,
    }
}

fn is_document(text: &str) -> bool {
    let document = serde_json::from_str(text).unwrap_or(Value::Null);
    let has_members = document.as_object().is_some_and(|members| !members.is_empty());
    has_members || document.as_array().is_some_and(|items| !items.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_private_is_found_wherever_it_stands() {
        for line in [
            r#"{"message":"sent","to":"ann@example.test"}"#,
            r#"{"message":"sent to <ann.b+c@mail.example.test>, twice"}"#,
            r#"{"error":"refused: eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2ln"}"#,
            r#"{"error":"declined: tok_declined"}"#,
            r#"{"url":"http://127.0.0.1/photo?X-Amz-Signature=00ff"}"#,
            r#"{"event":{"body":"{\"items\":[]}"}}"#,
            r#"{"error":"cannot read: {\"requestContext\":{\"acc"}"#,
            r#"{"deep":["[1]"]}"#,
            r#"{"row":"sku,name,price"}"#,
            "thread 'main' panicked at mail to ann@example.test",
            "sent to …ann@example.test…",
        ] {
            assert!(finding(line).is_some(), "{line}");
        }
    }

    #[test]
    fn what_an_operator_needs_is_no_finding() {
        for line in [
            r#"{"level":"INFO","message":"invocation ended","route":"POST /orders","order_id":"0192e5a0-7c11-7b3a"}"#,
            r#"{"error":"save order: ConditionalCheckFailedException","sku":"MUG-01","version":"@1 @ noon"}"#,
            r#"{"name":"DynamoDB","aws":{"table_name":"orders"},"links":[{"id":"53995c3f42cd8ad8"}]}"#,
            r#"{"error":"invalid event: missing field `requestContext`","quoted":"\"as it is\""}"#,
            r#"{"message":"nothing","list":"[]","object":"{}","number":"12"}"#,
            "thread 'main' panicked at src/main.rs:7:1",
        ] {
            assert_eq!(finding(line), None);
        }
    }
}
