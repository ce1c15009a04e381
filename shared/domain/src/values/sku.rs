//! The SKU of a product: its stock keeping unit, as staff write it in catalogs.

use std::fmt;

use super::text::{REPLACEMENT_CHARACTER, is_invisible, visible_character};

/// Bytes of a SKU.
pub const SKU_BYTES_MAX: usize = 64;

/// 1 to 64 bytes of UTF-8. Inner spaces, `+`, `%` and letters of any script are allowed. `/` is not, because a SKU is
/// one segment of object keys and URLs; nor are control characters, outer spaces or the names `.` and `..`.
///
/// ```
/// use domain::values::{Sku, SkuFault};
///
/// let mug = Sku::parse("MUG-01")?;
/// assert_eq!(mug.as_str(), "MUG-01");
/// assert_eq!(Sku::parse("mugs/01"), Err(SkuFault::ForbiddenCharacter('/')));
/// assert_eq!(Sku::parse(" MUG-01"), Err(SkuFault::OuterSpace));
/// # Ok::<(), SkuFault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(String);

/// Why a text is not a SKU.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkuFault {
    /// There is no character.
    #[error("the sku is empty")]
    Empty,
    /// There are more than [`SKU_BYTES_MAX`] bytes.
    #[error("the sku is longer than {SKU_BYTES_MAX} bytes")]
    TooLong,
    /// The first or the last character is a space.
    #[error("the sku begins or ends with a space")]
    OuterSpace,
    /// The text is `.` or `..`, which paths and URLs take for folders.
    #[error("the sku is . or .., which a sku cannot be")]
    DotName,
    /// This character is not allowed.
    #[error("the sku has the character {}, which a sku cannot have", visible_character(*.0))]
    ForbiddenCharacter(char),
}

/// The text of a SKU that was not given a place of its own yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkuText<'a>(&'a str);

impl<'a> SkuText<'a> {
    /// Checks the rules of [`Sku`] without copying the text.
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
        if matches!(text, "." | "..") {
            return Err(SkuFault::DotName);
        }
        if let Some(found) = text.chars().find(|c| c.is_control() || matches!(c, '/' | '\\')) {
            return Err(SkuFault::ForbiddenCharacter(found));
        }
        if text.trim() == text {
            return Ok(Self(text));
        }
        match [text.chars().next(), text.chars().next_back()]
            .into_iter()
            .flatten()
            .find(|c| c.is_whitespace())
        {
            Some(found) if found != ' ' => Err(SkuFault::ForbiddenCharacter(found)),
            _ => Err(SkuFault::OuterSpace),
        }
    }

    /// The SKU of a product that is announced now: people can also see every character of it. What earlier versions
    /// of the shop took in stays readable through [`SkuText::parse`].
    pub fn parse_visible(text: &'a str) -> Result<Self, SkuFault> {
        if !text.is_ascii() && text.len() <= SKU_BYTES_MAX {
            let is_hidden =
                |c: &char| is_invisible(*c) || *c == REPLACEMENT_CHARACTER || (c.is_whitespace() && *c != ' ');
            if let Some(found) = text.chars().find(is_hidden) {
                return Err(SkuFault::ForbiddenCharacter(found));
            }
        }
        Self::parse(text)
    }

    /// The SKU as text.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Copies the text.
    pub fn to_sku(self) -> Sku {
        Sku(self.0.to_owned())
    }
}

impl Sku {
    /// Checks the rules and keeps the text unchanged.
    pub fn parse(text: &str) -> Result<Self, SkuFault> {
        SkuText::parse(text).map(SkuText::to_sku)
    }

    /// The SKU as text.
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
        for (text, found) in [
            ("a/b", '/'),
            ("a\\b", '\\'),
            ("a\nb", '\n'),
            ("a\u{0}b", '\0'),
            ("\u{a0}a", '\u{a0}'),
        ] {
            assert_eq!(Sku::parse(text), Err(SkuFault::ForbiddenCharacter(found)), "{text:?}");
        }
        for text in [".", ".."] {
            assert_eq!(Sku::parse(text), Err(SkuFault::DotName));
        }
        for text in [" a", "a "] {
            assert_eq!(Sku::parse(text), Err(SkuFault::OuterSpace));
        }
        assert_eq!(Sku::parse(""), Err(SkuFault::Empty));
        assert_eq!(Sku::parse(&"a".repeat(SKU_BYTES_MAX + 1)), Err(SkuFault::TooLong));
    }

    #[test]
    fn a_new_sku_has_no_character_that_nobody_sees() {
        for hidden in [
            '\u{feff}', '\u{200b}', '\u{202e}', '\u{a0}', '\u{ad}', '\u{fe0f}', '\u{fffd}', '\u{2028}',
        ] {
            for text in [format!("{hidden}A"), format!("A{hidden}B"), format!("A{hidden}")] {
                assert_eq!(
                    SkuText::parse_visible(&text),
                    Err(SkuFault::ForbiddenCharacter(hidden)),
                    "{text:?}"
                );
            }
        }
        let message = SkuText::parse_visible("\u{feff}A").unwrap_err().to_string();
        assert_eq!(message, "the sku has the character <U+FEFF>, which a sku cannot have");
        for text in ["MUG-01", "mug 01", "Käse-1", "茶碗", "כוס"] {
            assert_eq!(SkuText::parse_visible(text), SkuText::parse(text));
        }
    }
}
