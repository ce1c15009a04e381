//! Identifiers as types of their own, and the two secrets that must not be printed.

use std::fmt;

/// Bytes of an order's, an upload's and a correlation id at most.
pub const TEXT_ID_BYTES_MAX: usize = 64;
/// Characters of an idempotency key at most; also its bytes, because all of them are ASCII.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
const CUSTOMER_ID_BYTES_MAX: usize = 128;
/// Bytes of a payment token at most.
pub const PAYMENT_TOKEN_BYTES_MAX: usize = 128;
const EMAIL_BYTES_MAX: usize = 254;

/// Why a text is not a valid identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// There is no character.
    #[error("the identifier is empty")]
    Empty,
    /// There are too many bytes.
    #[error("the identifier is longer than {limit_bytes} bytes")]
    TooLong {
        /// The most that are accepted.
        limit_bytes: usize,
    },
    /// A character is not allowed in this kind of identifier.
    #[error("the identifier has a character that is not allowed")]
    ForbiddenCharacter,
}

fn checked(text: &str, limit_bytes: usize, allowed: fn(char) -> bool) -> Result<String, IdentityFault> {
    if text.is_empty() {
        return Err(IdentityFault::Empty);
    }
    if text.len() > limit_bytes {
        return Err(IdentityFault::TooLong { limit_bytes });
    }
    if text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(IdentityFault::ForbiddenCharacter)
    }
}

fn is_id_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_visible_ascii(c: char) -> bool {
    c.is_ascii_graphic()
}

/// An order's identifier: 1 to 64 of `[A-Za-z0-9_-]`, and so usable as the name of a Step Functions execution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(String);

/// An upload's identifier: 1 to 64 of `[A-Za-z0-9_-]`, one segment of an object key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(String);

/// The subject of the caller's access token: 1 to 128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(String);

/// The caller's name for one request, the same on every repetition of it: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

/// Identifies everything that one request causes: 1 to 64 of `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrelationId(String);

/// The token that the payment provider's form gave to the customer. It is worth money, so it prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentToken(String);

/// An e-mail address. It is personal, so it prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl OrderId {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, TEXT_ID_BYTES_MAX, is_id_character).map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UploadId {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, TEXT_ID_BYTES_MAX, is_id_character).map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CustomerId {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, CUSTOMER_ID_BYTES_MAX, is_visible_ascii).map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl IdempotencyKey {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, IDEMPOTENCY_KEY_CHARS_MAX, is_visible_ascii).map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CorrelationId {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, TEXT_ID_BYTES_MAX, |c| is_id_character(c) || c == '.').map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&UploadId> for CorrelationId {
    /// For an upload that no request announced: its own id links everything that the file causes.
    fn from(id: &UploadId) -> Self {
        // Every id of an upload is a valid correlation id.
        Self(id.0.clone())
    }
}

impl PaymentToken {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        checked(text, PAYMENT_TOKEN_BYTES_MAX, is_visible_ascii).map(Self)
    }

    /// The token itself, for the payment gateway and for storage only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl EmailAddress {
    /// Checks the outline only (`local@domain`). Only a delivered mail shows whether an address works.
    pub fn parse(text: &str) -> Result<Self, IdentityFault> {
        let text = checked(text, EMAIL_BYTES_MAX, |c| !c.is_control() && !c.is_whitespace())?;
        match text.split_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@') => Ok(Self(text)),
            _ => Err(IdentityFault::ForbiddenCharacter),
        }
    }

    /// The address itself, for the mailer only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for PaymentToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PaymentToken([redacted])")
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_cannot_leave_its_key_segment() {
        for text in ["", "a/b", "..", "a b", "ä"] {
            assert!(OrderId::parse(text).is_err(), "{text:?}");
            assert!(UploadId::parse(text).is_err(), "{text:?}");
        }
        assert!(OrderId::parse("0190f3c4-7d1e-7a00-8000-000000000001").is_ok());
    }

    #[test]
    fn visible_ascii_from_one_to_the_limit_is_an_idempotency_key() {
        let longest = "k".repeat(IDEMPOTENCY_KEY_CHARS_MAX);
        for text in ["!", "~", "8e03978e-40d5-43e8-bc93-6894a57f9324", "a,b", &longest] {
            assert_eq!(IdempotencyKey::parse(text).unwrap().as_str(), text);
        }
        let too_long = "k".repeat(IDEMPOTENCY_KEY_CHARS_MAX + 1);
        for text in ["", " ", "a b", "tab\t", "é", "\u{7f}", "a\r\nX: y", &too_long] {
            assert!(IdempotencyKey::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let token = PaymentToken::parse("tok_ok").unwrap();
        let email = EmailAddress::parse("ann@example.test").unwrap();
        assert!(!format!("{token:?}{email:?}").contains("ok@"));
        assert!(!format!("{token:?}").contains("tok_ok"));
        assert!(!format!("{email:?}").contains("ann"));
    }

    #[test]
    fn an_address_needs_both_sides() {
        for text in ["", "ann", "@example.test", "ann@", "a@b@c", "a b@c"] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }
}
