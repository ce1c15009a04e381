//! Keeps the keys of signatures: random, made on first use and stored in the shop's file.

use domain::ports::PortFailure;
use rusqlite::params;

use crate::Database;

/// The named secret, the same after every restart.
pub async fn secret(database: &Database, name: &str) -> Result<[u8; 32], PortFailure> {
    const ACTION: &str = "read secret";
    let mut fresh = [0_u8; 32];
    getrandom::fill(&mut fresh).map_err(|error| PortFailure::transient(ACTION, error))?;
    let name = name.to_owned();
    database
        .call(ACTION, move |connection| {
            connection
                .prepare_cached("INSERT INTO secrets (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![name, fresh])?;
            connection
                .prepare_cached("SELECT value FROM secrets WHERE name = ?1")?
                .query_row(params![name], |row| row.get(0))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_stays_and_differs_from_others() {
        let database = Database::in_memory().unwrap();
        let first = secret(&database, "links").await.unwrap();
        assert_eq!(secret(&database, "links").await.unwrap(), first);
        assert_ne!(secret(&database, "pages").await.unwrap(), first);
    }
}
