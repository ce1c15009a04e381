//! Payment results that a provider reports later: their kinds, and the ports that bring them to the saga that waits.

use std::fmt;

use async_trait::async_trait;

use crate::ports::PortFailure;
use crate::values::{OrderId, Timestamp};

/// Bytes of a wait token, at most. Step Functions promises at most 2,048
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>).
pub const WAIT_TOKEN_BYTES_MAX: usize = 2_048;

/// What a payment provider reports about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentEventKind {
    /// The amount is held for us.
    Authorized,
    /// The provider declined the authorization.
    Declined,
    /// The money was captured.
    Captured,
    /// The captured money was returned.
    Refunded,
}

impl PaymentEventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Authorized, Self::Declined, Self::Captured, Self::Refunded];

    /// The name in events and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "payment.authorized",
            Self::Declined => "payment.declined",
            Self::Captured => "payment.captured",
            Self::Refunded => "payment.refunded",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The verdict that this event contains. A capture implies the authorization, whose own event may come later.
    pub fn verdict(self) -> Option<PaymentVerdict> {
        match self {
            Self::Authorized | Self::Captured => Some(PaymentVerdict::Authorized),
            Self::Declined => Some(PaymentVerdict::Declined),
            Self::Refunded => None,
        }
    }
}

/// The provider's later answer to an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentVerdict {
    /// The amount is held for us, or captured already.
    Authorized,
    /// Nothing is held.
    Declined,
}

impl PaymentVerdict {
    /// Every verdict.
    pub const ALL: [Self; 2] = [Self::Authorized, Self::Declined];

    /// The name that stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "AUTHORIZED",
            Self::Declined => "DECLINED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// The workflow engine's reference to one wait of a saga. It is the permission to end the wait, so it prints as
/// `[redacted]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitToken(String);

/// The text is empty or too long for a wait token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a wait token has 1 to {WAIT_TOKEN_BYTES_MAX} bytes")]
pub struct WaitTokenFault;

impl WaitToken {
    /// Checks the text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, WaitTokenFault> {
        let fits = (1..=WAIT_TOKEN_BYTES_MAX).contains(&text.len());
        fits.then(|| Self(text.to_owned())).ok_or(WaitTokenFault)
    }

    /// The token itself, for the workflow engine and the store.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WaitToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The verdict on a payment, and the waits that it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentResult {
    /// The first one that was reported.
    pub verdict: PaymentVerdict,
    /// Each attempt of the saga to wait has a token of its own.
    pub waiting: Vec<WaitToken>,
}

/// Joins the verdict on a payment and the saga that waits for it, whichever comes first. Kept for
/// [`RECORDS_KEPT`](crate::ports::RECORDS_KEPT) after its last change.
///
/// Each method MUST be one atomic change of one record per order, and MUST be repeatable: of a `wait` and a `record` at
/// the same time, the later one finds what the earlier one stored, so no verdict is lost.
#[async_trait]
pub trait PaymentResults: Send + Sync {
    /// Stores the token beside those of earlier attempts. Returns the verdict if there is one already.
    async fn wait(
        &self,
        order: &OrderId,
        token: &WaitToken,
        at: Timestamp,
    ) -> Result<Option<PaymentVerdict>, PortFailure>;
    /// Stores the verdict unless there is one: the first one stays. Returns the stored verdict, and every token.
    async fn record(
        &self,
        order: &OrderId,
        verdict: PaymentVerdict,
        at: Timestamp,
    ) -> Result<PaymentResult, PortFailure>;
}

/// Resumes sagas that wait.
#[async_trait]
pub trait SagaCallbacks: Send + Sync {
    /// Ends the wait with this verdict. MUST succeed, without effect, for a wait that is over. MUST be repeatable.
    async fn resume(&self, token: &WaitToken, verdict: PaymentVerdict) -> Result<(), PortFailure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in PaymentEventKind::ALL {
            assert_eq!(PaymentEventKind::parse(kind.as_str()), Some(kind));
        }
        for verdict in PaymentVerdict::ALL {
            assert_eq!(PaymentVerdict::parse(verdict.as_str()), Some(verdict));
        }
        assert_eq!(
            (PaymentEventKind::parse("payment.voided"), PaymentVerdict::parse("")),
            (None, None)
        );
    }

    #[test]
    fn a_token_has_a_limited_length_and_is_never_printed() {
        assert_eq!(WaitToken::parse(""), Err(WaitTokenFault));
        assert!(WaitToken::parse(&"t".repeat(WAIT_TOKEN_BYTES_MAX + 1)).is_err());
        let token = WaitToken::parse(&"t".repeat(WAIT_TOKEN_BYTES_MAX)).unwrap();
        assert_eq!(format!("{token:?}"), "[redacted]");
    }
}
