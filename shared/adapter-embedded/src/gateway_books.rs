//! Stores the sandbox gateway's books: a state per payment, and an append-only ledger.

use domain::values::{Currency, Money, OrderId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sandbox_gateway::ledger::{LedgerEntry, LedgerEvent, Movement};
use sandbox_gateway::payment::{Payment, State};

use crate::columns::{money, parsed, parsed_optional, timestamp, variant};

pub(crate) fn find(connection: &Connection, payment: &OrderId) -> rusqlite::Result<Payment> {
    let found = connection
        .prepare_cached(
            "SELECT state, amount_minor, currency, refuses_capture, failures FROM gateway_payments WHERE payment = ?1",
        )?
        .query_row(params![payment.as_str()], |row| {
            Ok(Payment {
                state: variant(row, "state", State::parse)?,
                amount: amount(row)?,
                refuses_capture: row.get("refuses_capture")?,
                failures: row.get("failures")?,
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
    } = payment;
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
            state.as_str(),
            amount.map(Money::amount_minor),
            amount.map(|amount| amount.currency().code()),
            refuses_capture,
            failures,
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

fn amount(row: &Row<'_>) -> rusqlite::Result<Option<Money>> {
    let currency = parsed_optional(row, "currency", Currency::parse)?;
    currency.map(|_| money(row, "amount_minor", "currency")).transpose()
}
