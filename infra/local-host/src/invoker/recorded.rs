//! Records the start and the end of an invocation in the event log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{EXITED, Hosted, TIMED_OUT};
use crate::event_log::cause::Cause;
use crate::event_log::record::{Record, Step};
use crate::event_log::running::{Running, milliseconds};
use crate::event_log::{EventLog, bounded, nodes};
use crate::functions::{InvokeFailure, THROTTLED};
use crate::prices;

/// An invocation that was recorded to start.
pub(super) struct Started {
    pub(super) running: Arc<Running>,
    log: Arc<EventLog>,
    request_id: String,
    init: Option<Duration>,
    memory_mb: u64,
    at: Instant,
    has_ended: AtomicBool,
}

/// The facts about an invocation that starts.
pub(super) struct Start<'a> {
    pub(super) number: u64,
    pub(super) request_id: &'a str,
    pub(super) environment: u64,
    pub(super) init: Option<Duration>,
    pub(super) cause: Cause,
    pub(super) event: &'a Value,
}

impl Started {
    pub(super) fn record(log: &Arc<EventLog>, function: &Hosted, start: Start<'_>) -> Arc<Self> {
        let Start {
            number,
            request_id,
            environment,
            init,
            cause,
            event,
        } = start;
        if cause.trigger == "http" {
            log.record(request(&cause, event));
        }
        let name = &function.name;
        let is_cold = init.is_some();
        let text = if is_cold {
            format!("{name} starts in a new environment")
        } else {
            format!("{name} starts")
        };
        let record = Record::new("invocation_started", text)
            .in_stories(cause.stories.clone())
            .between(cause.from.clone(), nodes::function(name))
            .that(Step::Begins)
            .with("function", name.clone())
            .with("invocation", number)
            .with("request_id", request_id)
            .with("environment", environment)
            .with("cold", is_cold)
            .with("trigger", cause.trigger)
            .with("event", bounded::shown(event));
        log.record(record);
        Arc::new(Self {
            running: Running::new(Arc::clone(log), number, name.clone(), cause.stories),
            log: Arc::clone(log),
            request_id: request_id.to_owned(),
            init,
            memory_mb: function.memory_mb,
            at: Instant::now(),
            has_ended: AtomicBool::new(false),
        })
    }

    /// Of several ends the first one is recorded: a function that is out of time may still return something.
    pub(super) fn end(&self, outcome: Result<&Value, &InvokeFailure>) {
        if self.has_ended.swap(true, Ordering::SeqCst) {
            return;
        }
        let name = &self.running.function;
        let duration = self.at.elapsed();
        let billed_ms = prices::billed_ms(duration + self.init.unwrap_or_default());
        let outcome_name = outcome_name(outcome);
        let text = format!("{name} ended: {outcome_name}, {billed_ms} ms billed");
        let record = Record::new("invocation_ended", text)
            .in_stories(self.running.stories())
            .at(nodes::function(name))
            .that(Step::Ends)
            .with("function", name.clone())
            .with("invocation", self.running.number)
            .with("request_id", self.request_id.clone())
            .with("outcome", outcome_name)
            .with("init_ms", self.init.map_or(Value::Null, |init| json!(milliseconds(init))))
            .with("duration_ms", milliseconds(duration))
            .with("billed_ms", billed_ms)
            .with("memory_mb", self.memory_mb)
            .with("answer", outcome.map_or(Value::Null, bounded::shown))
            .with("error", outcome.err().map_or(Value::Null, error))
            .with("log", self.running.take_lines())
            .costing(prices::invocation(billed_ms, self.memory_mb));
        self.log.record(record);
    }
}

/// Records that there was no room. The function did not run, and nothing is billed.
pub(super) fn throttled(log: &EventLog, function: &Hosted, cause: Cause) {
    let name = &function.name;
    let record = Record::new("invocation_ended", format!("{name} was throttled: no environment was free"))
        .in_stories(cause.stories)
        .between(cause.from, nodes::function(name))
        .with("function", name.clone())
        .with("outcome", "throttled");
    log.record(record.costing(0.0));
}

fn request(cause: &Cause, event: &Value) -> Record {
    let context = &event["requestContext"]["http"];
    let (method, path) = (&context["method"], &context["path"]);
    let text = format!(
        "A caller sends {} {}",
        method.as_str().unwrap_or_default(),
        path.as_str().unwrap_or_default()
    );
    Record::new("request_started", text)
        .in_stories(cause.stories.clone())
        .between(nodes::BROWSER, cause.from.clone())
        .with("method", method.clone())
        .with("path", path.clone())
}

fn outcome_name(outcome: Result<&Value, &InvokeFailure>) -> &'static str {
    match outcome {
        Ok(answer) => {
            let failures = answer.get("batchItemFailures").and_then(Value::as_array);
            if failures.is_some_and(|failures| !failures.is_empty()) {
                "partial"
            } else {
                "ok"
            }
        }
        Err(failure) => match failure.error_type.as_str() {
            TIMED_OUT => "timeout",
            EXITED => "crashed",
            THROTTLED => "throttled",
            _ => "error",
        },
    }
}

fn error(failure: &InvokeFailure) -> Value {
    bounded::shown(&json!({ "type": failure.error_type, "message": failure.message }))
}
