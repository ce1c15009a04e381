//! S3's order among the versions of one object.

use std::fmt;

/// Digits that are compared. S3 sends 16 to 18.
const DIGITS: usize = 40;

/// S3's order among the events of one key: a hexadecimal number of any length, kept padded with zeros on the left, so
/// that the greater text is the newer event
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>). It says nothing about
/// two keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectSequencer(String);

/// The text is not a hexadecimal number, or has too many digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sequencer is not a hexadecimal number of at most {DIGITS} digits")]
pub struct SequencerFault;

impl ObjectSequencer {
    /// Reads the digits of an event, in either case.
    pub fn parse(text: &str) -> Result<Self, SequencerFault> {
        if text.is_empty() || text.len() > DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(SequencerFault);
        }
        Ok(Self(format!("{:0>DIGITS$}", text.to_ascii_uppercase())))
    }

    /// All digits, the leading zeros included.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectSequencer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_are_compared_as_numbers_of_any_length() {
        let parsed = |text| ObjectSequencer::parse(text).unwrap();
        assert!(parsed("0055AED6DCD90281E6") > parsed("0055AED6DCD90281E5"));
        assert!(parsed("10") > parsed("F"));
        assert!(parsed("00B") > parsed("a"));
        assert_eq!(parsed("00a"), parsed("A"));
        assert_eq!(
            ObjectSequencer::parse(parsed("A").as_str()),
            Ok(parsed("a")),
            "it reads itself back"
        );
    }

    #[test]
    fn only_hexadecimal_numbers_are_accepted() {
        for text in ["", "0x1", "G", "-1", &"1".repeat(DIGITS + 1)] {
            assert_eq!(ObjectSequencer::parse(text), Err(SequencerFault), "{text:?}");
        }
    }
}
