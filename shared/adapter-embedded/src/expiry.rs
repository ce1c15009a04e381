//! Removes records that are no longer needed, so that the tables of a shop do not grow for ever.

use rusqlite::{Connection, params};

/// One statement per table. Nothing is removed of an order whose saga runs or can be redriven. A reservation is removed
/// only when it is closed: one of a confirmed order says what a cancellation puts back.
const REMOVALS: [&str; 7] = [
    "DELETE FROM sends WHERE at < ?1",
    "DELETE FROM stock_reservations WHERE updated_at < ?1 AND state = 'CLOSED'
       AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = stock_reservations.order_id
                       AND orders.status IN ('PENDING', 'CANCELLING', 'PARKED'))",
    "DELETE FROM payments WHERE at < ?1
       AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = payments.order_id
                       AND orders.status IN ('PENDING', 'CANCELLING', 'PARKED'))",
    "DELETE FROM payment_verdicts WHERE at < ?1
       AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = payment_verdicts.order_id
                       AND orders.status IN ('PENDING', 'CANCELLING', 'PARKED'))",
    "DELETE FROM payment_waits WHERE at < ?1",
    "DELETE FROM completed_tokens WHERE at < ?1",
    // An execution carries the name of its order, or that name and `-cancel`.
    "DELETE FROM executions WHERE ended_at < ?1 AND status <> 'RUNNING'
       AND NOT EXISTS (SELECT 1 FROM orders
                       WHERE orders.id IN (executions.name,
                                           substr(executions.name, 1, length(executions.name) - length('-cancel')))
                       AND orders.status IN ('PENDING', 'CANCELLING', 'PARKED'))",
];

/// Removes send records, closed reservations, payment records and ended executions whose last change is older.
pub fn remove_before(connection: &Connection, at_ms: i64) -> rusqlite::Result<usize> {
    let mut removed = 0;
    for removal in REMOVALS {
        removed += connection.prepare_cached(removal)?.execute(params![at_ms])?;
    }
    Ok(removed)
}
