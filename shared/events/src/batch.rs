//! The records of a batch event, each with the id that a partial batch response names.

/// The records of one event, from [`sqs::messages`](crate::sqs::messages) or [`stream::changes`](crate::stream::changes).
pub struct Batch<R> {
    pub items: Vec<BatchItem<R>>,
    pub after_failure: AfterFailure,
}

pub struct BatchItem<R> {
    /// What the partial batch response names: an SQS message id, or a stream's sequence number.
    pub id: String,
    pub record: Result<R, Undecodable>,
    /// The trace that it was sent in, where the service in between hands that on.
    pub trace_header: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// SQS: every record for itself.
    Continue,
    /// A stream: order matters, and Lambda repeats everything from the first failure on whatever comes after it.
    Stop,
}

/// The records cannot even be told apart, so that no answer could name one. Lambda repeats the whole batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BatchMalformed(pub &'static str);

/// One record that cannot be read. It is reported as failed, and so reaches the dead-letter queue through its retries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("undecodable record: {reason}")]
pub struct Undecodable {
    /// Without the record's content.
    pub reason: String,
}

impl Undecodable {
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
