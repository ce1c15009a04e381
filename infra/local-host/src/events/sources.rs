//! Queues and streams with the function that each of them starts.

use crate::template::{QueueSourceSpec, StreamSourceSpec};

/// The queue of one function.
#[derive(Debug, Clone)]
pub(crate) struct QueueSource {
    pub(crate) function: String,
    pub(crate) spec: QueueSourceSpec,
}

/// The stream of one function.
#[derive(Debug, Clone)]
pub(crate) struct StreamSource {
    pub(crate) function: String,
    pub(crate) spec: StreamSourceSpec,
}
