//! Wakes the tasks that wait for rows of a table: an outbox, a queue, executions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

/// Tables that are watched, each with its waiters.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    watched: RwLock<Vec<Watched>>,
}

#[derive(Debug)]
struct Watched {
    table: &'static str,
    has_changed: AtomicBool,
    waiters: Arc<Notify>,
}

impl Changes {
    /// Notified after each commit that inserted or changed rows of `table`, a table with row ids.
    pub(crate) fn watch(&self, table: &'static str) -> Arc<Notify> {
        let mut watched = self.watched.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(existing) = watched.iter().find(|watched| watched.table == table) {
            return Arc::clone(&existing.waiters);
        }
        let waiters = Arc::new(Notify::new());
        watched.push(Watched {
            table,
            has_changed: AtomicBool::new(false),
            waiters: Arc::clone(&waiters),
        });
        waiters
    }

    /// Called for each row, within its transaction.
    pub(crate) fn record(&self, table: &str) {
        let watched = self.watched.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(changed) = watched.iter().find(|watched| watched.table == table) {
            changed.has_changed.store(true, Ordering::Relaxed);
        }
    }

    /// Called after each transaction. One that was rolled back wakes its waiters for nothing, which is harmless.
    pub(crate) fn announce(&self) {
        let watched = self.watched.read().unwrap_or_else(PoisonError::into_inner);
        for watched in watched.iter() {
            if watched.has_changed.swap(false, Ordering::Relaxed) {
                watched.waiters.notify_waiters();
            }
        }
    }
}
