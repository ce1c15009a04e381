//! The stock keeping unit: a product's name in catalogs, orders and URLs.

use std::fmt;

pub const SKU_BYTES_MAX: usize = 64;

/// 1 to 64 bytes of UTF-8. Inner spaces, `+`, `%` and letters of any script are allowed. `/` is not, because a SKU is
/// one segment of object keys and URLs; nor are control characters, outer spaces or the names `.` and `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkuFault {
    #[error("the sku is empty")]
    Empty,
    #[error("the sku is longer than {SKU_BYTES_MAX} bytes")]
    TooLong,
    #[error("the sku has a slash, a control character or a space at its edge, or is a dot name")]
    ForbiddenCharacter,
}

/// The text of a SKU that was not given a place of its own yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkuText<'a>(&'a str);

impl<'a> SkuText<'a> {
    pub fn parse(text: &'a str) -> Result<Self, SkuFault> {
        if text.is_empty() {
            return Err(SkuFault::Empty);
        }
        if text.len() > SKU_BYTES_MAX {
            return Err(SkuFault::TooLong);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(Self(text));
        }
        let forbidden = text.trim() != text
            || matches!(text, "." | "..")
            || text.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
        if forbidden {
            return Err(SkuFault::ForbiddenCharacter);
        }
        Ok(Self(text))
    }

    pub fn as_str(self) -> &'a str {
        self.0
    }

    pub fn to_sku(self) -> Sku {
        Sku(self.0.to_owned())
    }
}

impl Sku {
    pub fn parse(text: &str) -> Result<Self, SkuFault> {
        SkuText::parse(text).map(SkuText::to_sku)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_trip_naive_key_handling_are_accepted() {
        for text in ["MUG-01", "mug 01", "mug+01", "50%2Foff", "Käse-1", "茶碗"] {
            assert_eq!(Sku::parse(text).map(|sku| sku.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn names_that_would_leave_their_key_segment_are_refused() {
        for text in ["a/b", "a\\b", "..", ".", " a", "a ", "a\nb", "a\u{0}b"] {
            assert_eq!(Sku::parse(text), Err(SkuFault::ForbiddenCharacter), "{text:?}");
        }
        assert_eq!(Sku::parse(""), Err(SkuFault::Empty));
        assert_eq!(Sku::parse(&"a".repeat(SKU_BYTES_MAX + 1)), Err(SkuFault::TooLong));
    }
}
