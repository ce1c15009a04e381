//! How does the sandbox gateway keep its books? A state per payment, and a ledger that is only ever appended to.

use domain::fulfilment::ports::DeclineReason;
use domain::values::{Currency, Money, OrderId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::columns::{known, money, parsed, parsed_optional, timestamp};

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    pub sequence: i64,
    pub payment: OrderId,
    pub event: LedgerEvent,
    /// `None` for the void of a payment that held nothing.
    pub amount: Option<Money>,
    pub at: Timestamp,
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

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

pub(crate) struct Payment {
    pub(crate) state: State,
    /// Present once authorized.
    pub(crate) amount: Option<Money>,
    pub(crate) refuses_capture: bool,
    pub(crate) failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Never seen, or nothing but failures so far.
    New,
    Authorized,
    Declined(DeclineReason),
    Captured,
    Voided,
    Refunded,
}

impl State {
    const ALL: [Self; 7] = [
        Self::New,
        Self::Authorized,
        Self::Declined(DeclineReason::Declined),
        Self::Declined(DeclineReason::InsufficientFunds),
        Self::Captured,
        Self::Voided,
        Self::Refunded,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Authorized => "AUTHORIZED",
            Self::Declined(DeclineReason::Declined) => "DECLINED",
            Self::Declined(DeclineReason::InsufficientFunds) => "INSUFFICIENT_FUNDS",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::Refunded => "REFUNDED",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

pub(crate) fn find(connection: &Connection, payment: &OrderId) -> rusqlite::Result<Payment> {
    let found = connection
        .prepare_cached(
            "SELECT state, amount_minor, currency, refuses_capture, failures FROM gateway_payments WHERE payment = ?1",
        )?
        .query_row(params![payment.as_str()], |row| {
            Ok(Payment {
                state: known(row, "state", State::parse)?,
                amount: amount(row)?,
                refuses_capture: row.get("refuses_capture")?,
                failures: row.get("failures")?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or(Payment {
        state: State::New,
        amount: None,
        refuses_capture: false,
        failures: 0,
    }))
}

pub(crate) fn store(connection: &Connection, id: &OrderId, payment: &Payment) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO gateway_payments (payment, state, amount_minor, currency, refuses_capture, failures)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE
             SET state = excluded.state, amount_minor = excluded.amount_minor, currency = excluded.currency,
                 refuses_capture = excluded.refuses_capture, failures = excluded.failures",
        )?
        .execute(params![
            id.as_str(),
            payment.state.as_str(),
            payment.amount.map(Money::amount_minor),
            payment.amount.map(|amount| amount.currency().code()),
            payment.refuses_capture,
            payment.failures,
        ])?;
    Ok(())
}

pub(crate) fn enter(
    connection: &Connection,
    payment: &OrderId,
    event: LedgerEvent,
    amount: Option<Money>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO gateway_ledger (payment, event, amount_minor, currency, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            payment.as_str(),
            event.as_str(),
            amount.map(Money::amount_minor),
            amount.map(|amount| amount.currency().code()),
            at.unix_ms(),
        ])?;
    Ok(())
}

pub(crate) fn ledger(connection: &Connection) -> rusqlite::Result<Vec<LedgerEntry>> {
    connection
        .prepare_cached(
            "SELECT sequence, payment, event, amount_minor, currency, at FROM gateway_ledger ORDER BY sequence",
        )?
        .query_map([], |row| {
            Ok(LedgerEntry {
                sequence: row.get("sequence")?,
                payment: parsed(row, "payment", OrderId::parse)?,
                event: known(row, "event", LedgerEvent::parse)?,
                amount: amount(row)?,
                at: timestamp(row, "at")?,
            })
        })?
        .collect()
}

fn amount(row: &Row<'_>) -> rusqlite::Result<Option<Money>> {
    let currency = parsed_optional(row, "currency", Currency::parse)?;
    currency.map(|_| money(row, "amount_minor", "currency")).transpose()
}
