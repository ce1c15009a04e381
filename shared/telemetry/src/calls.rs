//! Connects calls and records to the trace of the running invocation.

use crate::observation;
use crate::span::{Attempt, BegunCall, Outcome, Target};
use crate::trace_header::{SpanId, TraceHeader};

/// The trace header of the running invocation, without its lineage, to store with data that a later invocation reads.
pub fn current_header() -> Option<String> {
    observation::with(|observation| observation.trace.header().map(TraceHeader::to_be_stored)).flatten()
}

/// Until [`end_record`], calls belong to the trace in this header instead of the trace of the batch, whose records come
/// from different senders. An invalid header is ignored.
pub fn continue_from(header: &str) {
    if let Some(header) = TraceHeader::parse(header) {
        tracing::Span::current().record("trace_id", &header.trace_id);
        observation::with(|observation| observation.trace.continue_from(header));
    }
}

/// Ends what [`continue_from`] began in an invocation that is not a batch. Does nothing if nothing was begun.
pub fn end_continued(failed: bool) {
    observation::with(|observation| observation.trace.end_continued(failed));
}

/// Ends the span of a record: calls belong to the trace of the batch again.
pub fn end_record(failed: bool) {
    observation::with(|observation| observation.trace.end_record(failed));
}

/// A request that was sent. If it is dropped without [`InFlight::end`], the trace shows it as unanswered.
#[derive(Debug, Default)]
pub struct InFlight {
    begun: BegunCall,
}

/// Records the start of an attempt in the trace of the running invocation.
pub fn begin_call(attempt: Attempt<'_>, target: impl FnOnce() -> Target) -> InFlight {
    let begun = observation::with(|observation| observation.trace.begin_call(attempt, target));
    InFlight {
        begun: begun.unwrap_or_default(),
    }
}

impl InFlight {
    /// The trace header to send instead of the SDK's. `None` if the SDK's is right.
    pub fn header(&self) -> Option<&str> {
        self.begun.header.as_deref()
    }

    /// Whether the attempt has a span.
    pub fn is_traced(&self) -> bool {
        self.begun.span.is_some()
    }

    /// Records the end of the attempt.
    pub fn end(mut self, outcome: Outcome) {
        end_call(self.begun.span.take(), outcome);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        end_call(self.begun.span.take(), Outcome::default());
    }
}

fn end_call(span: Option<SpanId>, outcome: Outcome) {
    if let Some(id) = span {
        observation::with(|observation| observation.trace.end_call(id, outcome));
    }
}
