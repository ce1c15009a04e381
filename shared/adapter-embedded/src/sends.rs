//! Records in SQLite which e-mails were sent.

use async_trait::async_trait;
use domain::ports::{PortFailure, SendClaim, SendLog, SendState};
use domain::values::Timestamp;
use rusqlite::params;

use crate::Database;
use crate::columns::variant;

/// Records sent mails in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteSendLog {
    /// The shop's database.
    pub database: Database,
}

#[async_trait]
impl SendLog for SqliteSendLog {
    async fn claim(&self, key: &str, at: Timestamp) -> Result<SendClaim, PortFailure> {
        let key = key.to_owned();
        self.database
            .call("claim send", move |connection| {
                let claimed = connection
                    .prepare_cached(
                        "INSERT INTO sends (key, state, at) VALUES (?1, 'CLAIMED', ?2) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![key, at.unix_ms()])?;
                if claimed == 1 {
                    return Ok(SendClaim::Granted);
                }
                connection
                    .prepare_cached("SELECT state FROM sends WHERE key = ?1")?
                    .query_row(params![key], |row| variant(row, "state", SendState::parse))
                    .map(SendClaim::Taken)
            })
            .await
    }

    async fn settle(&self, key: &str, state: SendState, at: Timestamp) -> Result<(), PortFailure> {
        let key = key.to_owned();
        self.database
            .call("settle send", move |connection| {
                // SENT is final: a later, less certain outcome does not replace it.
                connection
                    .prepare_cached("UPDATE sends SET state = ?2, at = ?3 WHERE key = ?1 AND state <> 'SENT'")?
                    .execute(params![key, state.as_str(), at.unix_ms()])?;
                Ok(())
            })
            .await
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        let key = key.to_owned();
        self.database
            .call("release send", move |connection| {
                connection
                    .prepare_cached("DELETE FROM sends WHERE key = ?1 AND state = 'CLAIMED'")?
                    .execute(params![key])?;
                Ok(())
            })
            .await
    }
}
