//! Keeps payment results in SQLite: the verdict on each payment, and the tokens of the waits, whichever comes first.
//!
//! Also completes the tokens: a row that the workflows of the same host find.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fulfilment::payment_results::{PaymentResult, PaymentResults, PaymentVerdict, SagaCallbacks, WaitToken};
use domain::ports::{Clock, PortFailure};
use domain::values::{OrderId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Database, columns};

/// The table whose changes [`Database::watch`] reports when a token was completed.
pub const COMPLETED_TOKENS: &str = "completed_tokens";

/// The verdicts, the waits and the completed tokens.
#[derive(Clone)]
pub struct SqlitePaymentResults {
    /// The shop's database.
    pub database: Database,
    /// Dates the completed tokens.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl PaymentResults for SqlitePaymentResults {
    async fn wait(
        &self,
        order: &OrderId,
        token: &WaitToken,
        at: Timestamp,
    ) -> Result<Option<PaymentVerdict>, PortFailure> {
        let (order, token) = (order.clone(), token.clone());
        self.database
            .call("wait for payment result", move |connection| {
                connection
                    .prepare_cached("INSERT OR IGNORE INTO payment_waits (order_id, token, at) VALUES (?1, ?2, ?3)")?
                    .execute(params![order.as_str(), token.reveal(), at.unix_ms()])?;
                verdict(connection, &order)
            })
            .await
    }

    async fn record(
        &self,
        order: &OrderId,
        verdict: PaymentVerdict,
        at: Timestamp,
    ) -> Result<PaymentResult, PortFailure> {
        let order = order.clone();
        self.database
            .call("record payment result", move |connection| {
                connection
                    .prepare_cached(
                        "INSERT OR IGNORE INTO payment_verdicts (order_id, verdict, at) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![order.as_str(), verdict.as_str(), at.unix_ms()])?;
                Ok(PaymentResult {
                    verdict: self::verdict(connection, &order)?.unwrap_or(verdict),
                    waiting: tokens(connection, &order)?,
                })
            })
            .await
    }
}

#[async_trait]
impl SagaCallbacks for SqlitePaymentResults {
    async fn resume(&self, token: &WaitToken, verdict: PaymentVerdict) -> Result<(), PortFailure> {
        let (token, at) = (token.clone(), self.clock.now());
        self.database
            .call("resume saga", move |connection| {
                connection
                    .prepare_cached("INSERT OR IGNORE INTO completed_tokens (token, verdict, at) VALUES (?1, ?2, ?3)")?
                    .execute(params![token.reveal(), verdict.as_str(), at.unix_ms()])?;
                Ok(())
            })
            .await
    }
}

/// What this token was completed with.
pub async fn completed(database: &Database, token: &str) -> Result<Option<PaymentVerdict>, PortFailure> {
    let token = token.to_owned();
    database
        .read("read completed token", move |connection| {
            connection
                .prepare_cached("SELECT verdict FROM completed_tokens WHERE token = ?1")?
                .query_row(params![token], |row| {
                    columns::variant(row, "verdict", PaymentVerdict::parse)
                })
                .optional()
        })
        .await
}

fn verdict(connection: &Connection, order: &OrderId) -> rusqlite::Result<Option<PaymentVerdict>> {
    connection
        .prepare_cached("SELECT verdict FROM payment_verdicts WHERE order_id = ?1")?
        .query_row(params![order.as_str()], |row| {
            columns::variant(row, "verdict", PaymentVerdict::parse)
        })
        .optional()
}

fn tokens(connection: &Connection, order: &OrderId) -> rusqlite::Result<Vec<WaitToken>> {
    connection
        .prepare_cached("SELECT token FROM payment_waits WHERE order_id = ?1 ORDER BY token")?
        .query_map(params![order.as_str()], |row| {
            columns::parsed(row, "token", WaitToken::parse)
        })?
        .collect()
}
