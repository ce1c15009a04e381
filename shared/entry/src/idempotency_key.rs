//! Is the caller's `Idempotency-Key` there, and well formed?

use crate::problem::Problem;

pub const KEY_CHARS_MAX: usize = 255;

/// 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyFault {
    #[error("the header Idempotency-Key is missing")]
    Missing,
    #[error("the header Idempotency-Key is not 1 to {KEY_CHARS_MAX} visible ascii characters")]
    Malformed,
}

impl IdempotencyKey {
    /// Takes the header's value as [`HttpRequest::header`](crate::request::HttpRequest::header) gives it.
    pub fn parse(header: Option<&str>) -> Result<Self, IdempotencyKeyFault> {
        let text = header.ok_or(IdempotencyKeyFault::Missing)?;
        let well_formed = (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdempotencyKeyFault::Malformed)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IdempotencyKeyFault> for Problem {
    fn from(fault: IdempotencyKeyFault) -> Self {
        match fault {
            IdempotencyKeyFault::Missing => Self::idempotency_key_missing(),
            IdempotencyKeyFault::Malformed => Self::idempotency_key_malformed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_ascii_from_one_to_the_limit_is_a_key() {
        let longest = "k".repeat(KEY_CHARS_MAX);
        for text in ["!", "~", "8e03978e-40d5-43e8-bc93-6894a57f9324", "a,b", &longest] {
            assert_eq!(IdempotencyKey::parse(Some(text)).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_missing_key_differs_from_a_malformed_one() {
        assert_eq!(IdempotencyKey::parse(None), Err(IdempotencyKeyFault::Missing));
        let too_long = "k".repeat(KEY_CHARS_MAX + 1);
        for text in ["", " ", "a b", "tab\t", "é", "\u{7f}", "a\r\nX: y", &too_long] {
            assert_eq!(
                IdempotencyKey::parse(Some(text)),
                Err(IdempotencyKeyFault::Malformed),
                "{text}"
            );
        }
    }
}
