//! Records the start and the end of an invocation in the event log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::Value;

use crate::event_log::EventLog;
use crate::event_log::cause::Cause;
use crate::event_log::invocation::{Invocation, request};
use crate::event_log::running::Running;
use crate::functions::InvokeFailure;

/// An invocation that was recorded to start.
pub(super) struct Started {
    pub(super) running: Arc<Running>,
    log: Arc<EventLog>,
    invocation: Invocation,
    at: Instant,
    has_ended: AtomicBool,
}

impl Started {
    pub(super) fn record(log: &Arc<EventLog>, invocation: Invocation, cause: Cause, event: &Value) -> Arc<Self> {
        if cause.trigger == "http" {
            log.record(request(&cause, event));
        }
        log.record(invocation.starting(&cause, event));
        let (number, function) = (invocation.number, invocation.function.clone());
        Arc::new(Self {
            running: Running::new(Arc::clone(log), number, function, cause.stories),
            log: Arc::clone(log),
            invocation,
            at: Instant::now(),
            has_ended: AtomicBool::new(false),
        })
    }

    /// Of several ends the first one is recorded: a function that is out of time may still return something.
    pub(super) fn end(&self, outcome: Result<&Value, &InvokeFailure>) {
        if self.has_ended.swap(true, Ordering::SeqCst) {
            return;
        }
        let (stories, lines) = (self.running.stories(), self.running.take_lines());
        let record = self.invocation.ending(stories, self.at.elapsed(), outcome, lines);
        self.log.record(record);
    }
}
