//! What is the next order or upload called? A UUID of version 7 (RFC 9562), which sorts by time.

use domain::ports::IdGenerator;

#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Ids;

impl IdGenerator for UuidV7Ids {
    fn next_id(&self) -> String {
        // The crate keeps a counter below the millisecond, so that ids of one process are strictly ascending.
        uuid::Uuid::now_v7().to_string()
    }
}
