//! The ports that every area uses: time, identifiers, mail, and the failure that every port returns.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;

use crate::values::{CustomerId, EmailAddress, Timestamp};

/// How long a store keeps what no rule needs any more: closed reservations, claims of mails, our records of payments.
/// An operator can redrive an execution for 14 days
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>), and its steps read all three.
pub const RECORDS_KEPT: Duration = Duration::from_hours(90 * 24);

/// A call to a port failed: what it was to do, whether a retry can help, and the cause.
///
/// ```
/// use std::error::Error;
/// use std::io;
///
/// use domain::ports::PortFailure;
///
/// let reset = io::Error::from(io::ErrorKind::ConnectionReset);
/// let failure = PortFailure::transient("save order", reset);
/// assert!(failure.transient);
/// assert_eq!(failure.to_string(), "save order");
/// assert!(failure.source().is_some());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{action}")]
pub struct PortFailure {
    /// What the call was to do, like `save order`.
    pub action: &'static str,
    /// Whether the same call may succeed later: throttled, timed out, unreachable. If unknown, `true`.
    pub transient: bool,
    /// The error underneath, for the log. It MUST NOT contain personal data.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortFailure {
    /// A failure after which a retry can help.
    pub fn transient(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            action,
            transient: true,
            source: Some(source.into()),
        }
    }

    /// A failure that a retry would repeat.
    pub fn permanent(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            action,
            transient: false,
            source: Some(source.into()),
        }
    }
}

/// A stored item that its store cannot read: damaged, or written by another version. A list leaves it out and names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    /// The item's key in its store.
    pub key: String,
    /// What is wrong, without the item's content.
    pub fault: String,
}

/// Reads the time. It MUST NOT go backwards by more than the clocks of a fleet differ (seconds).
pub trait Clock: Send + Sync {
    /// The time now, in UTC.
    fn now(&self) -> Timestamp;
}

/// Waits before a retry.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns when `duration` has passed, or a little later.
    async fn pause(&self, duration: Duration);
    /// A uniformly random time between zero and `longest` (full jitter), so that callers that failed together do not
    /// retry together.
    fn part_of(&self, longest: Duration) -> Duration;
}

/// Makes identifiers for new orders and uploads.
///
/// Every id MUST be globally unique, have 1 to 64 of `[a-z0-9-]`, and sort by the time it was made (as UUID version 7
/// does).
pub trait IdGenerator: Send + Sync {
    /// An identifier that no call returned before.
    fn next_id(&self) -> String;
}

/// A mail to one person, as plain text and as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The recipient.
    pub to: EmailAddress,
    /// One line, without line breaks.
    pub subject: String,
    /// The body for programs that show no HTML.
    pub text: String,
    /// The same body as HTML.
    pub html: String,
}

/// Escapes text for HTML, between tags and in attributes.
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

/// Why a mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// Certainly not sent: refused or throttled before it was accepted. Sending again is safe.
    #[error("mail was not accepted")]
    NotSent(#[source] PortFailure),
    /// Perhaps sent: the answer was lost. Sending again may deliver the mail twice.
    #[error("mail may have been sent")]
    Ambiguous(#[source] PortFailure),
}

/// Sends mails. Not idempotent: see [`SendLog`].
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Returns once the mail service has accepted the mail.
    async fn send(&self, email: &Email) -> Result<(), SendFailure>;
}

/// The recorded state of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendState {
    /// Claimed, and the outcome is not recorded: the mail is being sent, or its sender died.
    Claimed,
    /// The mail service accepted it.
    Sent,
    /// The outcome is unknown. Recorded for people; the mail is never sent again.
    Ambiguous,
}

impl SendState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Sent, Self::Ambiguous];

    /// The name that stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "CLAIMED",
            Self::Sent => "SENT",
            Self::Ambiguous => "AMBIGUOUS",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// The answer to a claim of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendClaim {
    /// The caller, and no other, may send the mail now.
    Granted,
    /// The mail was claimed before.
    Taken(SendState),
}

/// Remembers which mails were sent, because mail services accept no idempotency token.
///
/// `claim` MUST grant a key to exactly one caller, durably, before it returns. `release` frees the key of a mail that
/// was certainly not sent, and MUST NOT change a key that was settled. A key MUST be kept for [`RECORDS_KEPT`] after
/// its claim.
#[async_trait]
pub trait SendLog: Send + Sync {
    /// Claims the mail `key`, so that only this caller sends it.
    async fn claim(&self, key: &str, at: Timestamp) -> Result<SendClaim, PortFailure>;
    /// Records the outcome of a mail that this caller claimed.
    async fn settle(&self, key: &str, state: SendState, at: Timestamp) -> Result<(), PortFailure>;
    /// Frees the key of a mail that was certainly not sent.
    async fn release(&self, key: &str) -> Result<(), PortFailure>;
}

/// Finds the e-mail addresses of customers, so that no order and no upload stores one.
#[async_trait]
pub trait CustomerDirectory: Send + Sync {
    /// `None` if the customer is unknown or has no address.
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_mail_is_read_back_from_its_name() {
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
