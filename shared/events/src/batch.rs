//! The records of a batch event, each with the id that a partial batch response names.

/// The records of one event, from [`sqs::messages`](crate::sqs::messages) or
/// [`stream::changes`](crate::stream::changes).
pub struct Batch<R> {
    /// The records in the order of the event.
    pub items: Vec<BatchItem<R>>,
    /// Whether records after a failed one are handled.
    pub after_failure: AfterFailure,
}

/// One record of a batch.
pub struct BatchItem<R> {
    /// The identifier in a partial batch response: an SQS message id, or a stream's sequence number.
    pub id: String,
    /// The record, or why it cannot be read.
    pub record: Result<R, Undecodable>,
    /// The trace header of the sender, if the service in between passes it on.
    pub trace_header: Option<String>,
}

/// What happens to the records after a failed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// SQS: the other records are handled, too.
    Continue,
    /// A stream: order matters, and Lambda repeats every record from the first failed one on.
    Stop,
}

/// The event is not a list of records with ids, so a partial batch response is impossible. Lambda retries the whole
/// batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BatchMalformed(pub &'static str);

/// One record that cannot be read. It is reported as failed, so it reaches the dead-letter queue after its retries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record cannot be read: {reason}")]
pub struct Undecodable {
    /// What is wrong with it, without its content.
    pub reason: String,
}

impl Undecodable {
    /// A record that cannot be read, for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
