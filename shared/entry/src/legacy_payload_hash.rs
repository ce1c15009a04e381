//! Hashes payloads in the form that had no version, to compare them with records from that time.
//!
//! The shop keeps a record for seven days (`domain::orders::place::IDEMPOTENCY_KEPT`). Delete this module, and the
//! field `legacy` of `domain::orders::ports::PayloadHash`, once every shop has run a release with versions for that
//! long. Until then the hashes must not change.

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// The largest integer up to which `f64` represents every integer exactly: 2^53.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// The canonical form of a value: no whitespace, object members sorted, `1.0` written as `1`.
///
/// Follows RFC 8785 (JCS) for objects, arrays, texts, literals and integers. Fractions keep `serde_json`'s shortest
/// form, whose exponents differ from JCS for very large and very small numbers. No request of the shop has fractions.
fn canonical_json(value: &Value) -> Vec<u8> {
    let mut text = String::new();
    write_value(value, &mut text);
    text.into_bytes()
}

/// SHA-256 of the canonical form. Records without a version store these 32 bytes unencoded.
pub fn legacy_payload_hash(value: &Value) -> [u8; 32] {
    Sha256::digest(canonical_json(value)).into()
}

// Recursion is bounded: serde_json refuses to parse anything nested deeper than 128.
fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            // Sort explicitly: a dependency may enable the feature of serde_json that keeps insertion order.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_value(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(item, text);
            }
            text.push(']');
        }
        Value::Number(number) => text.push_str(&canonical_number(number)),
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

fn canonical_number(number: &Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    match number.as_f64() {
        // Adding zero turns -0 into 0.
        Some(float) if float.fract() == 0.0 && float.abs() < EXACT_INTEGER_MAX => format!("{:.0}", float + 0.0),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn canonical(text: &str) -> String {
        let value = serde_json::from_str(text).unwrap();
        String::from_utf8(canonical_json(&value)).unwrap()
    }

    #[test]
    fn members_are_sorted_and_whitespace_is_gone_at_every_depth() {
        assert_eq!(
            canonical(r#" { "b" : [ { "z" : 1 , "y" : null } ] , "a" : true } "#),
            r#"{"a":true,"b":[{"y":null,"z":1}]}"#
        );
    }

    #[test]
    fn the_order_of_array_items_matters() {
        assert_ne!(legacy_payload_hash(&json!([1, 2])), legacy_payload_hash(&json!([2, 1])));
    }

    #[test]
    fn members_are_sorted_as_utf_16_as_the_rfc_says() {
        // By code point U+FB33 comes before U+1F600; by UTF-16 code unit after it. The example of RFC 8785, 3.2.3.
        assert_eq!(
            canonical("{\"\u{fb33}\":1,\"\u{1f600}\":2}"),
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn spellings_of_one_text_and_one_number_are_equal() {
        assert_eq!(canonical(r#""\u0041\/\u00e9\n""#), "\"A/é\\n\"");
        assert_eq!(canonical("[1.0,-0.0,1e2,2,0.5]"), "[1,0,100,2,0.5]");
        assert_eq!(canonical("18446744073709551615"), "18446744073709551615");
    }

    #[test]
    fn different_values_stay_different() {
        let values = [
            json!(1),
            json!("1"),
            json!([1]),
            json!({"1": 1}),
            json!(null),
            json!(""),
        ];
        for (index, value) in values.iter().enumerate() {
            for other in &values[index + 1..] {
                assert_ne!(
                    legacy_payload_hash(value),
                    legacy_payload_hash(other),
                    "{value} {other}"
                );
            }
        }
    }

    #[test]
    fn the_hash_of_the_empty_object_is_sha_256_of_its_text() {
        assert_eq!(
            hex::encode(legacy_payload_hash(&json!({}))),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
