//! Keeps payment records in SQLite: one row per order, whose state never goes back.

use async_trait::async_trait;
use domain::fulfilment::ports::{PaymentRecord, PaymentRecords, PaymentState};
use domain::ports::PortFailure;
use domain::values::OrderId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::columns::{money, timestamp, variant};

/// Keeps the shop's own records of payments in SQLite.
#[derive(Debug, Clone)]
pub struct SqlitePaymentRecords {
    /// The shop's database.
    pub database: Database,
}

/// Whether any payment was recorded.
pub async fn any(database: &Database) -> Result<bool, PortFailure> {
    let find =
        |connection: &Connection| connection.query_row("SELECT EXISTS (SELECT 1 FROM payments)", [], |row| row.get(0));
    database.call("look for payments", find).await
}

#[async_trait]
impl PaymentRecords for SqlitePaymentRecords {
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let order = order.clone();
        self.database
            .call("note payment", move |connection| {
                let recorded = find(connection, &order)?;
                if recorded.is_some_and(|recorded| recorded.state >= record.state) {
                    return Ok(());
                }
                let PaymentRecord { state, amount, at } = record;
                connection
                    .prepare_cached(
                        "INSERT INTO payments (order_id, state, amount_minor, currency, at) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT DO UPDATE
                         SET state = excluded.state, amount_minor = excluded.amount_minor,
                             currency = excluded.currency, at = excluded.at",
                    )?
                    .execute(params![
                        order.as_str(),
                        state.as_str(),
                        amount.amount_minor(),
                        amount.currency().code(),
                        at.unix_ms(),
                    ])?;
                Ok(())
            })
            .await
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        let order = order.clone();
        self.database
            .read("read payment", move |connection| find(connection, &order))
            .await
    }
}

fn find(connection: &Connection, order: &OrderId) -> rusqlite::Result<Option<PaymentRecord>> {
    connection
        .prepare_cached("SELECT state, amount_minor, currency, at FROM payments WHERE order_id = ?1")?
        .query_row(params![order.as_str()], |row| {
            Ok(PaymentRecord {
                state: variant(row, "state", PaymentState::parse)?,
                amount: money(row, "amount_minor", "currency")?,
                at: timestamp(row, "at")?,
            })
        })
        .optional()
}
