//! Which movements of money does the sandbox gateway remember?

use domain::values::{Money, OrderId, Timestamp};

/// One movement of money, as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Rises from each movement of a payment to its next.
    pub sequence: i64,
    pub payment: OrderId,
    pub event: LedgerEvent,
    /// `None` for the void of a payment that held nothing.
    pub amount: Option<Money>,
    pub at: Timestamp,
}

/// One movement of money, before it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub event: LedgerEvent,
    /// `None` for the void of a payment that held nothing.
    pub amount: Option<Money>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerEvent {
    Authorized,
    Captured,
    Voided,
    Refunded,
}

impl LedgerEvent {
    pub const ALL: [Self; 4] = [Self::Authorized, Self::Captured, Self::Voided, Self::Refunded];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "AUTHORIZED",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::Refunded => "REFUNDED",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}
