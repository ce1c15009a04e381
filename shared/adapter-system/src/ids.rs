//! Generates the ids of orders and uploads: UUIDs of version 7 (RFC 9562), which sort by time.

use domain::ports::IdGenerator;

/// Generates UUIDs of version 7.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Ids;

impl IdGenerator for UuidV7Ids {
    fn next_id(&self) -> String {
        // The crate keeps a counter below the millisecond, so that ids of one process are strictly ascending.
        uuid::Uuid::now_v7().to_string()
    }
}
