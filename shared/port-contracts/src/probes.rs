//! Probes by which a contract looks behind a port. An adapter's tests implement them for their store.

use async_trait::async_trait;
use domain::ports::Email;
use domain::values::OrderId;

/// Reads the order stream.
#[async_trait]
pub trait OrderChanges: Send + Sync {
    /// The status in the new image of every change of this order so far, oldest first.
    async fn statuses_of(&self, order: &OrderId) -> Vec<String>;
}

/// Puts objects where the port under test reads them, and takes them away.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Answers the version's id, where the bucket keeps versions.
    async fn put(&self, key: &str, bytes: &[u8]) -> Option<String>;
    /// The latest version's content type and bytes.
    async fn get(&self, key: &str) -> Option<(String, Vec<u8>)>;
    /// Removes every version.
    async fn delete(&self, key: &str);
}

/// Reads what was mailed.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Every mail to this address.
    async fn mails_to(&self, address: &str) -> Vec<Email>;
}

/// Reads which imports were started.
#[async_trait]
pub trait ImportExecutions: Send + Sync {
    /// The input, as text, of every execution of this name.
    async fn inputs_of(&self, execution: &str) -> Vec<String>;
}
