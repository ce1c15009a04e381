//! What must the outside do for every area? Time, identity, mail, and how trouble with it is told.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;

use crate::values::{CustomerId, EmailAddress, Timestamp};

/// Trouble with the outside: what we were doing, whether trying again can help, and what lies beneath.
#[derive(Debug, thiserror::Error)]
#[error("{action}")]
pub struct PortFailure {
    /// The action in hand, like `save order`.
    pub action: &'static str,
    /// Whether the same call may succeed later: throttled, timed out, unreachable. When in doubt, it may.
    pub transient: bool,
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortFailure {
    pub fn transient(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            action,
            transient: true,
            source: Some(source.into()),
        }
    }

    pub fn permanent(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            action,
            transient: false,
            source: Some(source.into()),
        }
    }
}

/// Tells the time. Implementations MUST NOT go backwards by more than clocks of a fleet differ (seconds).
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Lets time pass, for who has to wait before trying again.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns when `duration` has passed, or a little later.
    async fn pause(&self, duration: Duration);
    /// A random part of `longest`, anything from nothing to all of it alike ("full jitter"): who failed together MUST NOT
    /// come back together.
    fn part_of(&self, longest: Duration) -> Duration;
}

/// Makes identifiers for new orders and uploads.
///
/// Every result MUST be new in the world, 1 to 64 of `[a-z0-9-]`, and sort by the time it was made (UUID version 7 does).
pub trait IdGenerator: Send + Sync {
    fn next_id(&self) -> String;
}

/// A mail to one person, in both forms that mail programs show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    pub to: EmailAddress,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Text that means itself inside HTML, between tags and in attributes.
pub fn html_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// How a mail that was not accepted failed.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// Certainly not sent: refused or throttled before it was taken. Sending again is safe.
    #[error("mail was not accepted")]
    NotSent(#[source] PortFailure),
    /// Perhaps sent: the answer got lost. Sending again may deliver twice.
    #[error("mail may have been sent")]
    Ambiguous(#[source] PortFailure),
}

/// Hands a mail to the outside. Has no idempotency: see [`SendLog`].
#[async_trait]
pub trait Mailer: Send + Sync {
    async fn send(&self, email: &Email) -> Result<(), SendFailure>;
}

/// What is known of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendState {
    /// Claimed by somebody, outcome not recorded: in progress, or its sender died.
    Claimed,
    Sent,
    /// The outcome will never be known. Recorded for people, never repeated.
    Ambiguous,
}

impl SendState {
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Sent, Self::Ambiguous];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "CLAIMED",
            Self::Sent => "SENT",
            Self::Ambiguous => "AMBIGUOUS",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendClaim {
    /// The caller alone may send now.
    Granted,
    /// Somebody claimed this send before.
    Taken(SendState),
}

/// Remembers which mails were sent, because mail services accept no idempotency token.
///
/// `claim` MUST grant a key to exactly one caller, durably, before it returns; `release` gives a claim back after a send
/// that certainly did not happen, and MUST NOT touch a key that was settled.
#[async_trait]
pub trait SendLog: Send + Sync {
    async fn claim(&self, key: &str, at: Timestamp) -> Result<SendClaim, PortFailure>;
    async fn settle(&self, key: &str, state: SendState, at: Timestamp) -> Result<(), PortFailure>;
    async fn release(&self, key: &str) -> Result<(), PortFailure>;
}

/// Knows people's addresses, so that no order or upload has to store one.
#[async_trait]
pub trait CustomerDirectory: Send + Sync {
    /// `None` when the person is unknown or has no address.
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_send_is_read_back_from_its_name() {
        for state in SendState::ALL {
            assert_eq!(SendState::parse(state.as_str()), Some(state));
        }
        assert_eq!(SendState::parse("sent"), None);
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            html_escaped(r#"<a href="x" id='y'>&"#),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;"
        );
    }
}
