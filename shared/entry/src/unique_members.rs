//! Refuses JSON in which an object has two members of one name.
//!
//! Readers differ in which of the two they take (<https://www.rfc-editor.org/rfc/rfc8259#section-4>), so a request
//! could mean one thing to the shop and another to what stands before it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Fails with the place of the second member, or with that where the text is no JSON.
pub fn check(json: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<UniqueMembers>(json).map(|UniqueMembers| ())
}

/// Any JSON value. Its depth is limited by `serde_json`.
struct UniqueMembers;

impl<'de> Deserialize<'de> for UniqueMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = UniqueMembers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_i64<E>(self, _: i64) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_u64<E>(self, _: u64) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_f64<E>(self, _: f64) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_str<E>(self, _: &str) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_unit<E>(self) -> Result<UniqueMembers, E> {
        Ok(UniqueMembers)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<UniqueMembers, A::Error> {
        while items.next_element::<UniqueMembers>()?.is_some() {}
        Ok(UniqueMembers)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<UniqueMembers, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a second member of one name"));
            }
            members.next_value::<UniqueMembers>()?;
        }
        Ok(UniqueMembers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_member_of_one_name_is_found_at_any_depth_and_in_any_spelling() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":{}}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[[{"items":[{"sku":1,"sku":1}]}]]"#,
            r#"{"":0,"":0}"#,
        ] {
            let fault = check(json.as_bytes()).unwrap_err();
            assert!(fault.is_data() && fault.line() == 1, "{json}: {fault}");
        }
        for json in [
            r#"{"a":{"a":[{"a":1},{"a":1}]},"A":null,"b":-1.5e3}"#,
            "[true, 18446744073709551615, -1, \"\"]",
            "null",
        ] {
            check(json.as_bytes()).unwrap();
        }
    }

    #[test]
    fn what_is_no_json_is_another_fault() {
        for json in ["", "{", "{\"a\":1,}", "[1", "\u{feff}{}", &"[".repeat(1_000)] {
            assert!(!check(json.as_bytes()).unwrap_err().is_data(), "{json}");
        }
    }
}
