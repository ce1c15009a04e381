//! The movements of money that the sandbox gateway records.

use domain::values::{Money, OrderId, Timestamp};

/// One movement of money, as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Greater than that of the payment's movement before.
    pub sequence: i64,
    /// The payment that moved, by its order's id.
    pub payment: OrderId,
    /// What happened to the money.
    pub event: LedgerEvent,
    /// `None` for the void of a payment that held nothing.
    pub amount: Option<Money>,
    /// When the movement was entered.
    pub at: Timestamp,
}

/// One movement of money, before it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// What happened to the money.
    pub event: LedgerEvent,
    /// `None` for the void of a payment that held nothing.
    pub amount: Option<Money>,
}

/// The kind of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerEvent {
    /// The amount is held.
    Authorized,
    /// The held amount was taken.
    Captured,
    /// The hold was freed, or the payment was closed before it held anything.
    Voided,
    /// The captured amount was returned.
    Refunded,
}

impl LedgerEvent {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Authorized, Self::Captured, Self::Voided, Self::Refunded];

    /// The name that ledgers store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "AUTHORIZED",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}
