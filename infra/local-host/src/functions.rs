//! The interface through which the host invokes functions: a logical id and event JSON, as Lambda does.

use adapter_embedded::executions::Workflow;
use async_trait::async_trait;
use serde_json::Value;

/// The error type of an invocation for which there was no room, as Lambda names it. The function did not run.
pub(crate) const THROTTLED: &str = "TooManyRequestsException";

/// An invocation that returned no result, with the names that Lambda uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeFailure {
    /// Stable name, like `TransientFailure` or `Sandbox.Timedout`.
    pub error_type: String,
    /// Safe to show to an operator; never to a caller of the API.
    pub message: String,
}

/// What an invocation is made for. Each kind of work has its own limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A request that changes nothing.
    HttpRead,
    /// Any other request.
    HttpWrite,
    Queue,
    Stream,
    /// An asynchronous invocation.
    Event,
    /// A task of this state machine.
    Workflow(Workflow),
}

impl Source {
    /// As lists of invocations show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HttpRead | Self::HttpWrite => "http",
            Self::Queue => "sqs",
            Self::Stream => "stream",
            Self::Event => "events",
            Self::Workflow(_) => "workflow",
        }
    }
}

/// Invokes functions of the template.
#[async_trait]
pub trait Functions: Send + Sync {
    /// Whether work of this kind would be refused now. A caller that asks first saves work that would be thrown away.
    fn refuses(&self, _source: Source) -> bool {
        false
    }

    async fn invoke(&self, logical_id: &str, event: Value, source: Source) -> Result<Value, InvokeFailure>;
}
