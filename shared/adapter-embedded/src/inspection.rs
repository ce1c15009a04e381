//! Shows stored items as they are, for a person who looks into the tables of a development host.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

/// A table that may be shown. Secrets and the outboxes are not among them.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name for people: on AWS, some of these are items of one table.
    name: &'static str,
    stored_as: &'static str,
    /// What the newest items have the most of.
    newest: &'static str,
}

const fn table_of(name: &'static str, stored_as: &'static str, newest: &'static str) -> Table {
    Table {
        name,
        stored_as,
        newest,
    }
}

const TABLES: [Table; 8] = [
    table_of("orders", "orders", "updated_at"),
    table_of("idempotency", "idempotency", "expires_at"),
    table_of("sends", "sends", "at"),
    table_of("products", "products", "sku"),
    table_of("reservations", "stock_reservations", "updated_at"),
    table_of("payments", "payments", "at"),
    table_of("imports", "uploads", "sequence"),
    table_of("executions", "executions", "place"),
];

/// The names of all tables that may be shown.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}

/// The table of this name.
pub fn table(name: &str) -> Option<Table> {
    TABLES.into_iter().find(|table| table.name == name)
}

/// How many items each table has.
pub fn counts(connection: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let counted = TABLES.iter().map(|table| {
        let count = format!("SELECT count(*) FROM {}", table.stored_as);
        Ok((
            table.name,
            connection.prepare_cached(&count)?.query_row([], |row| row.get(0))?,
        ))
    });
    counted.collect()
}

/// The newest items of a table, as columns and values. Bytes are shown by their number.
pub fn newest(connection: &Connection, table: Table, limit: usize) -> rusqlite::Result<Vec<Map<String, Value>>> {
    let select = format!(
        "SELECT * FROM {} ORDER BY {} DESC LIMIT ?1",
        table.stored_as, table.newest
    );
    let mut statement = connection.prepare_cached(&select)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([limit])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let mut item = Map::new();
        for (index, column) in columns.iter().enumerate() {
            let value = match row.get_ref(index)? {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => json!(number),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                ValueRef::Blob(bytes) => json!(format!("[{} bytes]", bytes.len())),
            };
            item.insert(column.clone(), value);
        }
        items.push(item);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn every_table_is_counted_and_listed_and_secrets_are_no_table() {
        let database = Database::in_memory().unwrap();
        let shown = database.call("look", |connection| {
            connection.execute_batch(
                "INSERT INTO sends (key, state, at) VALUES ('old', 'SENT', 1), ('new', 'SENT', 2);
                 INSERT INTO idempotency (customer_id, operation, key, payload_hash, fence, lease_until, expires_at)
                 VALUES ('c', 'place', 'k', x'0011', 1, 2, 3);",
            )?;
            for name in names() {
                newest(connection, table(name).unwrap(), 10)?;
            }
            let sends = newest(connection, table("sends").unwrap(), 1)?;
            let idempotency = newest(connection, table("idempotency").unwrap(), 1)?;
            Ok((counts(connection)?, sends, idempotency))
        });
        let (counts, sends, idempotency) = shown.await.unwrap();
        assert!(counts.contains(&("sends", 2)));
        assert_eq!(
            Value::Object(sends[0].clone()),
            json!({ "key": "new", "state": "SENT", "at": 2 })
        );
        assert_eq!(idempotency[0]["payload_hash"], "[2 bytes]");
        assert!(table("secrets").is_none());
    }
}
