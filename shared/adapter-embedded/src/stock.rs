//! How does SQLite count units? On the product, with one reservation row per order that says what the order holds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::ports::PortFailure;
use domain::values::{OrderId, Sku, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::columns::{json, json_text, known};

#[derive(Debug, Clone)]
pub struct SqliteStockLedger {
    pub database: Database,
}

/// Units by SKU: what a reservation holds.
type Units = BTreeMap<String, u32>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reserved,
    Committed,
    /// Given back, or closed before anything was reserved. Final.
    Closed,
}

impl State {
    const ALL: [Self; 3] = [Self::Reserved, Self::Committed, Self::Closed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "RESERVED",
            Self::Committed => "COMMITTED",
            Self::Closed => "CLOSED",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[async_trait]
impl StockLedger for SqliteStockLedger {
    async fn reserve(&self, order: &OrderId, lines: &[StockLine], at: Timestamp) -> Result<Reservation, PortFailure> {
        let (order, lines) = (order.clone(), lines.to_vec());
        self.database
            .call("reserve stock", move |connection| match find(connection, &order)? {
                Some((State::Reserved | State::Committed, _)) => Ok(Reservation::Reserved),
                Some((State::Closed, _)) => Ok(Reservation::Closed),
                None => reserve(connection, &order, &lines, at),
            })
            .await
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        self.database
            .call("commit stock", move |connection| {
                if let Some((State::Reserved, units)) = find(connection, &order)? {
                    // Gone from the shelf and from the reservations: what is available stays the same.
                    adjust(
                        connection,
                        &units,
                        Adjustment {
                            on_hand: -1,
                            reserved: -1,
                        },
                    )?;
                    store(connection, &order, State::Committed, &units, at)?;
                }
                Ok(())
            })
            .await
    }

    async fn give_back(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        self.database
            .call("give stock back", move |connection| {
                match find(connection, &order)? {
                    Some((State::Closed, _)) => return Ok(()),
                    Some((State::Reserved, units)) => {
                        adjust(
                            connection,
                            &units,
                            Adjustment {
                                on_hand: 0,
                                reserved: -1,
                            },
                        )?;
                    }
                    Some((State::Committed, units)) => {
                        adjust(
                            connection,
                            &units,
                            Adjustment {
                                on_hand: 1,
                                reserved: 0,
                            },
                        )?;
                    }
                    None => {}
                }
                store(connection, &order, State::Closed, &Units::new(), at)
            })
            .await
    }
}

fn reserve(
    connection: &Connection,
    order: &OrderId,
    lines: &[StockLine],
    at: Timestamp,
) -> rusqlite::Result<Reservation> {
    let mut wanted: BTreeMap<&Sku, u32> = BTreeMap::new();
    for line in lines {
        *wanted.entry(&line.sku).or_default() += line.quantity.units();
    }
    let mut short = Vec::new();
    for (sku, units) in &wanted {
        if available(connection, sku)? < i64::from(*units) {
            short.push((*sku).clone());
        }
    }
    if !short.is_empty() {
        return Ok(Reservation::OutOfStock(short));
    }
    let units: Units = wanted
        .into_iter()
        .map(|(sku, units)| (sku.as_str().to_owned(), units))
        .collect();
    adjust(
        connection,
        &units,
        Adjustment {
            on_hand: 0,
            reserved: 1,
        },
    )?;
    store(connection, order, State::Reserved, &units, at)?;
    Ok(Reservation::Reserved)
}

/// Units on hand less open reservations; below zero where a catalog set fewer. Nothing of an unknown product.
fn available(connection: &Connection, sku: &Sku) -> rusqlite::Result<i64> {
    let units = connection
        .prepare_cached("SELECT on_hand - reserved FROM products WHERE sku = ?1")?
        .query_row(params![sku.as_str()], |row| row.get(0))
        .optional()?;
    Ok(units.unwrap_or(0))
}

/// How often each unit counts.
#[derive(Clone, Copy)]
struct Adjustment {
    on_hand: i64,
    reserved: i64,
}

fn adjust(connection: &Connection, units: &Units, adjustment: Adjustment) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("UPDATE products SET on_hand = on_hand + ?1, reserved = reserved + ?2 WHERE sku = ?3")?;
    for (sku, units) in units {
        let units = i64::from(*units);
        statement.execute(params![adjustment.on_hand * units, adjustment.reserved * units, sku])?;
    }
    Ok(())
}

fn find(connection: &Connection, order: &OrderId) -> rusqlite::Result<Option<(State, Units)>> {
    connection
        .prepare_cached("SELECT state, lines FROM stock_reservations WHERE order_id = ?1")?
        .query_row(params![order.as_str()], |row| {
            Ok((known(row, "state", State::parse)?, json(row, "lines")?))
        })
        .optional()
}

fn store(connection: &Connection, order: &OrderId, state: State, units: &Units, at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO stock_reservations (order_id, state, lines, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET state = excluded.state, lines = excluded.lines, updated_at = excluded.updated_at",
        )?
        .execute(params![order.as_str(), state.as_str(), json_text(units)?, at.unix_ms()])?;
    Ok(())
}
