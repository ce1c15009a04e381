//! Hashes the payload of a request, so that two spellings of one JSON value have the same hash.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Stands for the canonical form and the hash function. A change of either one needs a new version;
/// [`crate::legacy_payload_hash`] shows how to keep records of the previous version readable.
const VERSION: &str = "v2";
/// From this number on, a double does not represent every integer exactly: 2^53.
const INEXACT_FROM: f64 = 9_007_199_254_740_992.0;

/// Why a payload has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum PayloadFault {
    /// RFC 8785 writes every number as a double, so two payloads with different large numbers could have the same form.
    #[error("a number is outside the range from -(2^53 - 1) to 2^53 - 1")]
    NumberTooLarge,
    /// The serializer refused the payload.
    #[error("the payload cannot be written as canonical JSON")]
    Unwritable(#[source] serde_json::Error),
}

/// `v2:` and, in hexadecimal, SHA-256 of the payload's canonical form (RFC 8785).
pub fn payload_hash(payload: &Value) -> Result<String, PayloadFault> {
    if !has_exact_numbers(payload) {
        return Err(PayloadFault::NumberTooLarge);
    }
    let canonical = serde_json_canonicalizer::to_vec(payload).map_err(PayloadFault::Unwritable)?;
    Ok(format!("{VERSION}:{}", hex::encode(Sha256::digest(canonical))))
}

// Recursion is bounded: serde_json refuses to parse anything nested deeper than 128.
fn has_exact_numbers(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_f64().is_some_and(|double| double.abs() < INEXACT_FROM),
        Value::Array(items) => items.iter().all(has_exact_numbers),
        Value::Object(members) => members.values().all(has_exact_numbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> Result<String, PayloadFault> {
        payload_hash(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_hash_names_its_version_and_is_sha_256_of_the_canonical_form() {
        // SHA-256 of `{}`.
        let expected = "v2:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(hash(" { } ").unwrap(), expected);
    }

    #[test]
    fn spellings_of_one_payload_have_one_hash() {
        let first = hash(r#"{"b":[{"z":1,"y":null}],"a":true,"text":"A/é\n","n":[1.0,-0.0,1e2,0.5,0.000001]}"#);
        let second = hash(
            r#" { "n" : [1, 0, 100, 5e-1, 1e-6], "text" : "\u0041\/\u00e9\n", "a" : true, "b" : [ { "y" : null, "z" : 1 } ] } "#,
        );
        assert_eq!(first.unwrap(), second.unwrap());
    }

    #[test]
    fn different_payloads_have_different_hashes() {
        let payloads = [
            "1",
            "2",
            "\"1\"",
            "[1]",
            "[1,2]",
            "[2,1]",
            "{\"1\":1}",
            "null",
            "\"\"",
            "0.1",
            "9007199254740990",
            "9007199254740991",
            "-9007199254740991",
        ];
        let hashes: std::collections::BTreeSet<String> = payloads.iter().map(|text| hash(text).unwrap()).collect();
        assert_eq!(hashes.len(), payloads.len());
    }

    /// The numbers of each pair differ, but have the same double.
    #[test]
    fn numbers_that_a_double_cannot_represent_exactly_are_refused() {
        for (one, other) in [
            ("9007199254740992", "9007199254740993"),
            ("-9007199254740992", "-9007199254740993"),
            ("18446744073709551615", "18446744073709551614"),
            ("18446744073709551616", "18446744073709551617"),
            ("1e300", "1.00000000000000000001e300"),
        ] {
            for number in [one, other] {
                for payload in [number.to_owned(), format!("{{\"items\":[{{\"quantity\":{number}}}]}}")] {
                    let refused = hash(&payload).unwrap_err();
                    assert!(matches!(refused, PayloadFault::NumberTooLarge), "{payload}");
                }
            }
        }
    }
}
