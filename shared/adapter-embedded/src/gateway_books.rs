//! Stores the sandbox gateway's books: a state per payment, and an append-only ledger.

use domain::fulfilment::payment_results::PaymentEventKind;
use domain::values::{Currency, Money, OrderId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sandbox_gateway::ledger::{LedgerEntry, LedgerEvent, Movement};
use sandbox_gateway::notices::Notice;
use sandbox_gateway::payment::{Payment, State};

use crate::columns::{money, parsed, parsed_optional, timestamp, variant};

/// A notice to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// Identifies the notice.
    pub sequence: i64,
    /// The payment that it is about.
    pub payment: OrderId,
    /// What is reported.
    pub kind: PaymentEventKind,
    /// When the provider decided.
    pub decided_at: Timestamp,
    /// Deliveries that failed.
    pub attempts: u32,
}

pub(crate) fn find(connection: &Connection, payment: &OrderId) -> rusqlite::Result<Payment> {
    let found = connection
        .prepare_cached(
            "SELECT state, amount_minor, currency, refuses_capture, failures, answers_later FROM gateway_payments
             WHERE payment = ?1",
        )?
        .query_row(params![payment.as_str()], |row| {
            Ok(Payment {
                state: variant(row, "state", State::parse)?,
                amount: amount(row)?,
                refuses_capture: row.get("refuses_capture")?,
                failures: row.get("failures")?,
                answers_later: row.get("answers_later")?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn store(connection: &Connection, id: &OrderId, payment: &Payment) -> rusqlite::Result<()> {
    let Payment {
        state,
        amount,
        refuses_capture,
        failures,
        answers_later,
    } = payment;
    connection
        .prepare_cached(
            "INSERT INTO gateway_payments (payment, state, amount_minor, currency, refuses_capture, failures,
                                           answers_later)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE
             SET state = excluded.state, amount_minor = excluded.amount_minor, currency = excluded.currency,
                 refuses_capture = excluded.refuses_capture, failures = excluded.failures,
                 answers_later = excluded.answers_later",
        )?
        .execute(params![
            id.as_str(),
            state.as_str(),
            amount.map(Money::amount_minor),
            amount.map(|amount| amount.currency().code()),
            refuses_capture,
            failures,
            answers_later,
        ])?;
    Ok(())
}

pub(crate) fn enter(
    connection: &Connection,
    payment: &OrderId,
    movement: Movement,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let Movement { event, amount } = movement;
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
                event: variant(row, "event", LedgerEvent::parse)?,
                amount: amount(row)?,
                at: timestamp(row, "at")?,
            })
        })?
        .collect()
}

/// Stores what the provider reports to the shop later.
pub(crate) fn announce(
    connection: &Connection,
    payment: &OrderId,
    notices: &[Notice],
    at: Timestamp,
) -> rusqlite::Result<()> {
    for notice in notices {
        connection
            .prepare_cached("INSERT INTO gateway_notices (payment, kind, decided_at, due_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                payment.as_str(),
                notice.kind.as_str(),
                at.unix_ms(),
                at.plus(notice.after).unix_ms(),
            ])?;
    }
    Ok(())
}

/// The notices that are due, oldest first.
pub(crate) fn due_notices(connection: &Connection, at: Timestamp, limit: u32) -> rusqlite::Result<Vec<DueNotice>> {
    connection
        .prepare_cached(
            "SELECT sequence, payment, kind, decided_at, attempts FROM gateway_notices WHERE due_at <= ?1
             ORDER BY due_at, sequence LIMIT ?2",
        )?
        .query_map(params![at.unix_ms(), limit], |row| {
            Ok(DueNotice {
                sequence: row.get("sequence")?,
                payment: parsed(row, "payment", OrderId::parse)?,
                kind: variant(row, "kind", PaymentEventKind::parse)?,
                decided_at: timestamp(row, "decided_at")?,
                attempts: row.get("attempts")?,
            })
        })?
        .collect()
}

/// Removes a notice: it was delivered, or given up.
pub(crate) fn remove_notice(connection: &Connection, sequence: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM gateway_notices WHERE sequence = ?1")?
        .execute(params![sequence])?;
    Ok(())
}

/// Delays a notice that could not be delivered.
pub(crate) fn delay_notice(connection: &Connection, sequence: i64, due_at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE gateway_notices SET due_at = ?2, attempts = attempts + 1 WHERE sequence = ?1")?
        .execute(params![sequence, due_at.unix_ms()])?;
    Ok(())
}

fn amount(row: &Row<'_>) -> rusqlite::Result<Option<Money>> {
    let currency = parsed_optional(row, "currency", Currency::parse)?;
    currency.map(|_| money(row, "amount_minor", "currency")).transpose()
}
