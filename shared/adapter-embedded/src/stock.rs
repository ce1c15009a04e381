//! Counts units in SQLite: on the product, with one reservation row per order for the units that the order holds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::fulfilment::reservation_state::{ReservationState, StockChange};
use domain::ports::PortFailure;
use domain::values::{OrderId, OrderLines, Sku, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::columns::{json, json_text, variant};

/// Counts units and reservations in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteStockLedger {
    /// The shop's database.
    pub database: Database,
}

/// Units by SKU: what a reservation holds.
type Units = BTreeMap<String, u32>;

#[async_trait]
impl StockLedger for SqliteStockLedger {
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        at: Timestamp,
    ) -> Result<Reservation, PortFailure> {
        let (order, lines) = (order.clone(), lines.clone());
        self.database
            .call("reserve stock", move |connection| match find(connection, &order)? {
                Some(held) => Ok(held.state.repeated_reserve()),
                None => reserve(connection, &order, &lines, at),
            })
            .await
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        self.move_on("commit stock", order, StockChange::commit, at).await
    }

    async fn give_back(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        self.move_on("give stock back", order, StockChange::give_back, at).await
    }
}

/// A reservation as it is stored.
struct Held {
    state: ReservationState,
    units: Units,
}

impl SqliteStockLedger {
    async fn move_on(
        &self,
        action: &'static str,
        order: &OrderId,
        change: fn(Option<ReservationState>) -> Option<StockChange>,
        at: Timestamp,
    ) -> Result<(), PortFailure> {
        let order = order.clone();
        self.database
            .call(action, move |connection| {
                let held = find(connection, &order)?;
                let Some(change) = change(held.as_ref().map(|held| held.state)) else {
                    return Ok(());
                };
                apply(
                    connection,
                    &order,
                    change,
                    &held.map(|held| held.units).unwrap_or_default(),
                    at,
                )
            })
            .await
    }
}

fn reserve(
    connection: &Connection,
    order: &OrderId,
    lines: &OrderLines<StockLine>,
    at: Timestamp,
) -> rusqlite::Result<Reservation> {
    let mut short = Vec::new();
    let mut units = Units::new();
    for StockLine { sku, quantity } in lines {
        if available(connection, sku)? < i64::from(quantity.units()) {
            short.push(sku.clone());
        }
        units.insert(sku.as_str().to_owned(), quantity.units());
    }
    if !short.is_empty() {
        return Ok(Reservation::OutOfStock(short));
    }
    apply(connection, order, StockChange::RESERVE, &units, at)?;
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

/// Counts the units on their products, and stores where the reservation stands now.
fn apply(
    connection: &Connection,
    order: &OrderId,
    change: StockChange,
    units: &Units,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let StockChange { to, on_hand, reserved } = change;
    let mut statement = connection
        .prepare_cached("UPDATE products SET on_hand = on_hand + ?1, reserved = reserved + ?2 WHERE sku = ?3")?;
    for (sku, units) in units {
        let units = i64::from(*units);
        statement.execute(params![on_hand * units, reserved * units, sku])?;
    }
    let held = match to {
        ReservationState::Reserved | ReservationState::Committed => units,
        ReservationState::Closed => &Units::new(),
    };
    connection
        .prepare_cached(
            "INSERT INTO stock_reservations (order_id, state, lines, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET state = excluded.state, lines = excluded.lines, updated_at = excluded.updated_at",
        )?
        .execute(params![order.as_str(), to.as_str(), json_text(held)?, at.unix_ms()])?;
    Ok(())
}

fn find(connection: &Connection, order: &OrderId) -> rusqlite::Result<Option<Held>> {
    connection
        .prepare_cached("SELECT state, lines FROM stock_reservations WHERE order_id = ?1")?
        .query_row(params![order.as_str()], |row| {
            Ok(Held {
                state: variant(row, "state", ReservationState::parse)?,
                units: json(row, "lines")?,
            })
        })
        .optional()
}
