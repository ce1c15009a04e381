//! The interface that the interpreter runs on: time, random numbers, functions, and a durable journal.

use std::error::Error;
use std::future::pending;

use async_trait::async_trait;
use serde_json::Value;

pub use crate::errors::StateError;
use crate::history::HistoryEvent;

/// The journal cannot be read or written. The run stops without an outcome; run it again later.
#[derive(Debug, thiserror::Error)]
#[error("the execution's journal is not available")]
pub struct HostFailure(#[source] pub Box<dyn Error + Send + Sync>);

/// One attempt of a Task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskCall {
    /// As the file names it after substitution.
    pub function: String,
    pub payload: Value,
    pub state: String,
    /// Place of this attempt in the execution; the same after a restart.
    pub path: String,
    /// From 0.
    pub attempt: u32,
    /// Of a task that waits for its token: what completes it. The same after a restart, another for every attempt and
    /// after a redrive.
    pub token: Option<String>,
}

/// The world of one execution.
///
/// `record` MUST be durable before it returns. What is recorded decides every replay: a run that died is called again
/// with the same journal and takes the same way, without repeating an attempt whose answer was recorded. An attempt
/// without a record is made again, so functions are invoked at least once. No key is written twice, the last one is the
/// outcome, and behind it the journal is not needed any more.
///
/// `invoke` may be dropped while it waits (a timeout, a failed sister branch). The function MUST go on regardless, as
/// it does on Lambda: its effect may still come.
#[async_trait]
pub trait Host: Send + Sync {
    /// Unix milliseconds.
    fn now_ms(&self) -> i64;
    /// Answers at once where that instant is past.
    async fn sleep_until(&self, unix_ms: i64);
    /// How long no process ran since that instant: stopped, or suspended with its machine. Timeouts do not count this
    /// time, for nothing could have happened in it. A host that is never interrupted keeps the default.
    fn downtime_ms_since(&self, _unix_ms: i64) -> i64 {
        0
    }
    /// From 0 (included) to 1 (excluded), for jitter.
    fn random_unit(&self) -> f64;
    async fn invoke(&self, call: TaskCall) -> Result<Value, StateError>;
    /// Waits until the token of this call is completed, with an output or an error. A completion MUST NOT be lost that
    /// comes before this is called, or while no process runs. A host without such tasks keeps the default, which waits
    /// for ever.
    async fn completed(&self, _call: &TaskCall) -> Result<Value, StateError> {
        pending().await
    }
    async fn recorded(&self, key: &str) -> Result<Option<Value>, HostFailure>;
    async fn record(&self, key: &str, value: &Value) -> Result<(), HostFailure>;
    fn observe(&self, event: HistoryEvent);
}
