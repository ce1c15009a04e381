//! Tests of the local host as a process: it survives `kill -9`, and it writes one log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod crash;
mod faults;
mod imports;
mod logs;
mod overload;
#[cfg(unix)]
mod terminal;
mod walk;

use std::path::Path;
use std::sync::Arc;

use adapter_embedded::gateway::{ANSWER_TIMEOUT, LedgerEntry, SandboxGateway};
use adapter_system::clock::SystemClock;

/// The books of the payment gateway, from the data folder of a host that has ended.
fn ledger(folder: &Path) -> Vec<LedgerEntry> {
    let file = folder.join("gateway.sqlite3");
    let gateway = SandboxGateway::open(&file, Arc::new(SystemClock), ANSWER_TIMEOUT).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(gateway.ledger()).unwrap()
}
