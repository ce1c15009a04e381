//! Collects every fault of a request body with its place, so that a caller can correct all of them at once.
//!
//! Members that a body does not have are faults too: a misspelt one would otherwise be dropped in silence, and two
//! requests that we understand alike would count as different payloads under one idempotency key.

use std::fmt::Display;

use serde_json::{Map, Value};

/// One fault, with its place as the segments of a JSON pointer (RFC 6901) from the root, unescaped.
///
/// The detail never quotes the body: it may hold a payment token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyFault {
    /// Names of members and indexes of items, outermost first. Empty for the body itself.
    pub path: Vec<String>,
    /// What is wrong and what is accepted, like `must be an array`.
    pub detail: String,
}

/// Reads a body member by member. `None` means that the fault was recorded.
#[derive(Default)]
pub(crate) struct BodyReader {
    pub(crate) faults: Vec<BodyFault>,
}

impl BodyReader {
    pub(crate) fn fault(&mut self, path: &[&str], detail: impl Display) {
        self.faults.push(BodyFault {
            path: path.iter().map(ToString::to_string).collect(),
            detail: detail.to_string(),
        });
    }

    /// The object at `path`. Any member that is not in `allowed` is a fault.
    pub(crate) fn object<'v>(
        &mut self,
        value: &'v Value,
        path: &[&str],
        allowed: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let Some(members) = value.as_object() else {
            self.fault(path, "must be an object");
            return None;
        };
        for name in members.keys().filter(|name| !allowed.contains(&name.as_str())) {
            self.fault(&[path, &[name.as_str()]].concat(), "is not a member of this object");
        }
        Some(members)
    }

    pub(crate) fn array<'v>(&mut self, members: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Vec<Value>> {
        let value = self.member(members, path)?;
        self.typed(path, value.as_array(), "must be an array")
    }

    pub(crate) fn text<'v>(&mut self, members: &'v Map<String, Value>, path: &[&str]) -> Option<&'v str> {
        let value = self.member(members, path)?;
        self.typed(path, value.as_str(), "must be a text")
    }

    pub(crate) fn whole_number(&mut self, members: &Map<String, Value>, path: &[&str]) -> Option<u64> {
        let value = self.member(members, path)?;
        self.typed(path, whole(value), "must be a whole number and not negative")
    }

    /// A value that its own type has judged.
    pub(crate) fn checked<T>(&mut self, path: &[&str], judged: Result<T, impl Display>) -> Option<T> {
        judged.inspect_err(|fault| self.fault(path, fault)).ok()
    }

    /// The member that the last segment of `path` names.
    fn member<'v>(&mut self, members: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Value> {
        let value = path.last().and_then(|name| members.get(*name));
        self.typed(path, value, "is missing")
    }

    fn typed<T>(&mut self, path: &[&str], value: Option<T>, detail: &str) -> Option<T> {
        if value.is_none() {
            self.fault(path, detail);
        }
        value
    }
}

/// The number, also if it is written with a fraction of zero: to JSON Schema, `2.0` is an integer.
fn whole(value: &Value) -> Option<u64> {
    const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let is_whole = number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&number);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 2^53 - 1"
        )]
        is_whole.then_some(number as u64)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_whole_number_may_have_a_fraction_of_zero() {
        let numbers = [json!(2), json!(2.0), json!(2e3), json!(0.0), json!(-0.0)];
        assert_eq!(
            numbers.map(|number| whole(&number)),
            [Some(2), Some(2), Some(2_000), Some(0), Some(0)]
        );
        for refused in [
            json!(2.5),
            json!(-1),
            json!(-1.0),
            json!(1e300),
            json!("2"),
            json!(null),
        ] {
            assert_eq!(whole(&refused), None, "{refused}");
        }
    }

    /// Faults as `/pointer: detail`, for short assertions.
    pub(crate) fn lines(faults: &[BodyFault]) -> Vec<String> {
        let line = |fault: &BodyFault| format!("/{}: {}", fault.path.join("/"), fault.detail);
        faults.iter().map(line).collect()
    }
}
