//! How is a function invoked? By its logical id, with serialised event JSON, as Lambda does.

use async_trait::async_trait;
use serde_json::Value;

/// An invocation that ended without an answer, in the words Lambda uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeFailure {
    /// Stable name, like `TransientFailure` or `Sandbox.Timedout`.
    pub error_type: String,
    /// Safe to show to an operator; never to a caller of the API.
    pub message: String,
}

/// Invokes functions of the template.
#[async_trait]
pub trait Functions: Send + Sync {
    /// `source` says who asks (`http`, `sqs`, `stream`, `events`, `workflow`), for the list of invocations.
    async fn invoke(&self, logical_id: &str, event: Value, source: &'static str) -> Result<Value, InvokeFailure>;
}
