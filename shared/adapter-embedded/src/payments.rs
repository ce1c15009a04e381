//! How does SQLite note payments? One row per order that never goes back.

use async_trait::async_trait;
use domain::fulfilment::ports::{PaymentRecord, PaymentRecords, PaymentState};
use domain::ports::PortFailure;
use domain::values::OrderId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::columns::{known, money, timestamp};

#[derive(Debug, Clone)]
pub struct SqlitePaymentRecords {
    pub database: Database,
}

#[async_trait]
impl PaymentRecords for SqlitePaymentRecords {
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let order = order.clone();
        self.database
            .call("note payment", move |connection| {
                let noted = find(connection, &order)?;
                if noted.is_some_and(|noted| noted.state >= record.state) {
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
                state: known(row, "state", PaymentState::parse)?,
                amount: money(row, "amount_minor", "currency")?,
                at: timestamp(row, "at")?,
            })
        })
        .optional()
}
