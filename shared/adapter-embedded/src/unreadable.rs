//! Reads lists in which one damaged row must not hide its neighbours.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

/// The first `limit` rows that can be read. A row that cannot is logged with its key and skipped.
///
/// The log field `unreadable_item` is what the local host counts. The query has no `LIMIT`: rows are read one by one,
/// and no more of them than are needed.
pub(crate) fn readable<T>(
    mut rows: Rows<'_>,
    key: &'static str,
    limit: usize,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut found = Vec::new();
    while found.len() < limit {
        let Some(row) = rows.next()? else { break };
        match read(row) {
            Ok(value) => found.push(value),
            Err(fault) => report(&text(row, key), &fault),
        }
    }
    Ok(found)
}

pub(crate) fn report(key: &str, fault: &rusqlite::Error) {
    tracing::error!(
        unreadable_item = key,
        error = fault as &dyn std::error::Error,
        "a stored row cannot be read and is skipped"
    );
}

/// A column's text, whatever is stored there.
pub(crate) fn text(row: &Row<'_>, column: &str) -> String {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(_) | ValueRef::Null) | Err(_) => String::new(),
    }
}
