//! Connects calls and records to the trace of the running invocation.

use crate::observation;
use crate::span::{Attempt, BegunCall, Outcome, Target};
use crate::trace_header::{SpanId, TraceHeader};

/// The header of the running invocation, to be stored beside what a later one goes on with.
pub fn current_header() -> Option<String> {
    observation::with(|observation| observation.trace.header().map(TraceHeader::to_be_stored)).flatten()
}

/// From here to the end of the record, calls belong to the trace that the record carries, and not to that of its batch,
/// which may be of twenty-five strangers. What is no header changes nothing.
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

/// A request that was sent. Dropped without [`InFlight::end`], it counts as never answered.
#[derive(Debug, Default)]
pub struct InFlight {
    begun: BegunCall,
}

/// Begins an attempt for the invocation that is running.
pub fn begin_call(attempt: Attempt<'_>, target: impl FnOnce() -> Target) -> InFlight {
    let begun = observation::with(|observation| observation.trace.begin_call(attempt, target));
    InFlight {
        begun: begun.unwrap_or_default(),
    }
}

impl InFlight {
    /// The trace header that the request carries instead of the SDK's own; `None` where that one is right.
    pub fn header(&self) -> Option<&str> {
        self.begun.header.as_deref()
    }

    pub fn is_traced(&self) -> bool {
        self.begun.span.is_some()
    }

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
