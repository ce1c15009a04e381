//! The records of one invocation: its start, with the event, and its end, with answer, log lines and cost.

use std::time::Duration;

use serde_json::{Value, json};

use super::cause::Cause;
use super::record::{Record, Step};
use super::{bounded, nodes};
use crate::functions::{InvokeFailure, THROTTLED};
use crate::prices;

/// An invocation that runs out of time, as Lambda names it.
pub(crate) const TIMED_OUT: &str = "Sandbox.Timedout";
/// Lambda's name for a process that ended in the middle of an invocation.
pub(crate) const EXITED: &str = "Runtime.ExitError";

/// The facts about an invocation that stay the same.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The function's name in logs, like `orders-place`.
    pub function: String,
    pub number: u64,
    pub request_id: String,
    /// The environment's number within its function.
    pub environment: u64,
    /// The duration of INIT, if the environment was started for this event.
    pub init: Option<Duration>,
    pub memory_mb: u64,
}

impl Invocation {
    /// The record of the start.
    pub fn starting(&self, cause: &Cause, event: &Value) -> Record {
        let name = &self.function;
        let is_cold = self.init.is_some();
        let text = if is_cold {
            format!("{name} starts in a new environment")
        } else {
            format!("{name} starts")
        };
        Record::new("invocation_started", text)
            .in_stories(cause.stories.clone())
            .between(cause.from.clone(), nodes::function(name))
            .that(Step::Begins)
            .with("function", name.as_str())
            .with("invocation", self.number)
            .with("request_id", self.request_id.as_str())
            .with("environment", self.environment)
            .with("cold", is_cold)
            .with("trigger", cause.trigger)
            .with("event", bounded::shown(event))
    }

    /// The record of the end.
    pub fn ending(
        &self,
        stories: Vec<String>,
        duration: Duration,
        outcome: Result<&Value, &InvokeFailure>,
        lines: Vec<Value>,
    ) -> Record {
        let name = &self.function;
        let billed_ms = prices::billed_ms(duration + self.init.unwrap_or_default());
        let outcome_name = outcome_name(outcome);
        Record::new(
            "invocation_ended",
            format!("{name} ended: {outcome_name}, {billed_ms} ms billed"),
        )
        .in_stories(stories)
        .at(nodes::function(name))
        .that(Step::Ends)
        .with("function", name.as_str())
        .with("invocation", self.number)
        .with("request_id", self.request_id.as_str())
        .with("environment", self.environment)
        .with("outcome", outcome_name)
        .with(
            "init_ms",
            self.init.map_or(Value::Null, |init| json!(milliseconds(init))),
        )
        .with("duration_ms", milliseconds(duration))
        .with("billed_ms", billed_ms)
        .with("memory_mb", self.memory_mb)
        .with("answer", outcome.map_or(Value::Null, bounded::shown))
        .with("error", outcome.err().map_or(Value::Null, error))
        .with("log", lines)
        .costing(prices::invocation(billed_ms, self.memory_mb))
    }
}

/// A call of a port that has ended.
#[derive(Debug)]
pub struct PortCall<'a> {
    /// The port's name in the table of ports, like `orders`.
    pub port: &'static str,
    /// Its method, like `place`.
    pub action: &'static str,
    /// `None` if it succeeded.
    pub failure: Option<&'a str>,
    pub duration: Duration,
}

impl PortCall<'_> {
    /// The record of the call by an invocation.
    pub fn record(&self, function: &str, invocation: u64) -> Record {
        let (port, action) = (self.port, self.action);
        let outcome = if self.failure.is_some() { "failed" } else { "ok" };
        let node = nodes::function(function);
        let record = Record::new("port_call", format!("{function} calls {port}.{action}"));
        let record = match nodes::of_port(port, function) {
            Some(to) => record.between(node, to),
            None => record.at(node),
        };
        record
            .with("function", function)
            .with("invocation", invocation)
            .with("port", port)
            .with("action", action)
            .with("outcome", outcome)
            .with("error", self.failure)
            .with("duration_ms", milliseconds(self.duration))
            .costing(prices::table_units(prices::units_of(port, action)))
    }
}

/// With microseconds: a call here takes some of them.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

/// The record of an invocation for which there was no room. The function did not run, and nothing is billed.
pub(crate) fn throttled(function: &str, cause: Cause) -> Record {
    Record::new(
        "invocation_ended",
        format!("{function} was throttled: no environment was free"),
    )
    .in_stories(cause.stories)
    .between(cause.from, nodes::function(function))
    .with("function", function)
    .with("outcome", "throttled")
    .costing(0.0)
}

/// The record of a request whose function is about to be invoked.
pub(crate) fn request(cause: &Cause, event: &Value) -> Record {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_of_an_invocation_has_a_name() {
        let failed = |error_type: &str| InvokeFailure {
            error_type: error_type.to_owned(),
            message: String::new(),
        };
        assert_eq!(outcome_name(Ok(&json!({ "batchItemFailures": [] }))), "ok");
        assert_eq!(outcome_name(Ok(&json!({ "batchItemFailures": [{}] }))), "partial");
        for (error_type, name) in [
            (TIMED_OUT, "timeout"),
            (EXITED, "crashed"),
            (THROTTLED, "throttled"),
            ("TransientFailure", "error"),
        ] {
            assert_eq!(outcome_name(Err(&failed(error_type))), name);
        }
    }
}
