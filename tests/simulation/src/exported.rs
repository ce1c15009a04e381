//! A history as a file for the console: the records that the local host writes, with simulated times.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use events::invocation::Reply;
use local_host::event_log::EventLog;
use local_host::event_log::cause::{Cause, of_order_change, stories};
use local_host::event_log::execution::Recorder;
use local_host::event_log::invocation::{Invocation, PortCall};
use local_host::event_log::nodes;
use local_host::event_log::record::{Record, Status};
use local_host::event_log::stories::MadeBy;
use local_host::functions::InvokeFailure;
use local_host::template::{self, TemplateFault};
use serde_json::Value;
use state_machine::Outcome;
use state_machine::history::HistoryEvent;

use crate::design::Design;
use crate::fate::Fate;
use crate::invariants::Violation;
use crate::scheduler::lock;

/// Every invocation of a simulation runs in an environment of its own, without INIT.
const ENVIRONMENT: u64 = 1;
/// Of the saga's functions in the template; the others have more, and cost more.
const MEMORY_MB: u64 = 128;

/// The records of one history.
#[derive(Default)]
pub(crate) struct Exported {
    pub(crate) log: Arc<EventLog>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// By their numbers.
    invocations: BTreeMap<u64, (Invocation, Vec<String>)>,
    /// By their names. An execution that was redriven goes on with the same one.
    executions: BTreeMap<String, Arc<Recorder>>,
    /// Changes of orders that have their record.
    changes: usize,
    /// Violations of rules that have their record.
    violations: usize,
}

impl Exported {
    /// The whole history, with the state machines of its design. Its story is the seed.
    pub(crate) fn file(&self, seed: u64, design: &Design) -> Result<Value, TemplateFault> {
        let story = format!("seed-{seed}");
        let title = match design.name {
            "ours" => format!("The simulated history of seed {seed}"),
            broken => format!("The simulated history of seed {seed} with a broken shop: {broken}"),
        };
        let mut file = self
            .log
            .export_all(&story, &title, MadeBy::Simulation, &template::load()?);
        for (name, definition) in ["OrderSaga", "OrderCancelSaga"].into_iter().zip(&design.definitions) {
            file["machines"][name] = serde_json::from_str(definition).unwrap_or_default();
        }
        Ok(file)
    }

    /// A record for each violation of a rule that has none yet.
    pub(crate) fn violations(&self, all: &[Violation]) -> Vec<Record> {
        let mut open = lock(&self.open);
        let new = all.get(open.violations..).unwrap_or_default();
        open.violations = all.len();
        let record = |violation: &Violation| {
            Record::new("rule_violated", format!("A rule is violated: {violation}"))
                .with("rule", format!("{:?}", violation.invariant))
                .leaving(Some(Status::Failed))
        };
        new.iter().map(record).collect()
    }

    pub(crate) fn starting(&self, number: u64, function: &'static str, event: &Value) -> Record {
        let (trigger, from) = origin(function, event);
        let request_id = format!("invocation-{number}");
        let found = match event["headers"]["x-correlation-id"].as_str() {
            Some(story) => vec![story.to_owned()],
            None => stories(&self.log, event),
        };
        let cause = Cause {
            trigger,
            from,
            stories: found,
        };
        let invocation = Invocation {
            function: function.to_owned(),
            number,
            request_id,
            environment: ENVIRONMENT,
            init: None,
            memory_mb: MEMORY_MB,
        };
        let record = invocation.starting(&cause, event);
        lock(&self.open).invocations.insert(number, (invocation, cause.stories));
        record
    }

    pub(crate) fn ending(&self, number: u64, duration_ms: i64, reply: Result<&Reply, Fate>) -> Option<Record> {
        let (invocation, stories) = lock(&self.open).invocations.remove(&number)?;
        let failure = match reply {
            Ok(Ok(answer)) => return Some(invocation.ending(stories, duration(duration_ms), Ok(answer), Vec::new())),
            Ok(Err(error)) => (error.error_type.as_str(), error.error_message.as_str()),
            Err(fate) => fate.error(),
        };
        let failure = InvokeFailure {
            error_type: failure.0.to_owned(),
            message: failure.1.to_owned(),
        };
        Some(invocation.ending(stories, duration(duration_ms), Err(&failure), Vec::new()))
    }

    pub(crate) fn call(
        &self,
        invocation: u64,
        operation: &'static str,
        duration_ms: i64,
        failure: Option<&str>,
    ) -> Option<Record> {
        let open = lock(&self.open);
        let (Invocation { function, .. }, stories) = open.invocations.get(&invocation)?;
        let (port, action) = port_of(operation);
        let call = PortCall {
            port,
            action,
            failure,
            duration: duration(duration_ms),
        };
        Some(call.record(function, invocation).in_story(stories.first().cloned()))
    }

    /// The record of a change that the stream delivers; `None` if it was delivered before.
    pub(crate) fn change(&self, sequence: usize, change: &Value) -> Option<Record> {
        let mut open = lock(&self.open);
        if sequence < open.changes {
            return None;
        }
        open.changes = sequence + 1;
        let text = |name: &str| change["dynamodb"]["NewImage"][name]["S"].as_str();
        let (order, status) = (text("order_id")?, text("status")?);
        let record = Record::new("stream_record", format!("Order {order} is {status}"))
            .in_story(of_order_change(change))
            .between("table:orders", "stream:orders")
            .leaving(Status::of_order(status));
        let record = record
            .with("table", "table:orders")
            .with("change", change["eventName"].clone());
        Some(record.with("key", order).with("status", status))
    }

    pub(crate) fn execution_starting(&self, name: &str, machine: &'static str, input: &Value) -> Record {
        let recorder = Recorder::new(&self.log, logical_id(machine), name.to_owned(), input.clone());
        let record = recorder.starting();
        let mut open = lock(&self.open);
        open.executions.insert(name.to_owned(), Arc::new(recorder));
        record
    }

    pub(crate) fn observed(&self, name: &str, event: &HistoryEvent, now_ms: i64) -> Option<Record> {
        lock(&self.open).executions.get(name)?.observed(event, now_ms)
    }

    pub(crate) fn execution_ending(&self, name: &str, outcome: &Outcome) -> Option<Record> {
        Some(lock(&self.open).executions.get(name)?.ending(outcome))
    }
}

pub(crate) fn fault(place: &str, operation: &str, kind: &str) -> Record {
    let record = Record::new("fault_injected", format!("A fault at {place}, {operation}: {kind}"));
    record
        .with("place", place)
        .with("operation", operation)
        .with("fault", kind)
}

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
}

fn logical_id(machine: &str) -> &'static str {
    if machine == "order-cancel" {
        "OrderCancelSaga"
    } else {
        "OrderSaga"
    }
}

/// The trigger of an invocation, and the node that its event comes from.
fn origin(function: &str, event: &Value) -> (&'static str, String) {
    match function {
        "saga-start" => ("stream", nodes::stream("OrdersTable")),
        "saga-reconcile" if event["source"] == "aws.events" => ("clock", nodes::CLOCK.to_owned()),
        "saga-reconcile" => ("bus", nodes::BUS.to_owned()),
        _ => match event["routeKey"].as_str() {
            Some(route) => ("http", nodes::route(route)),
            None => ("workflow", nodes::state_machine("OrderSaga")),
        },
    }
}

/// The port and the method behind a call of the memory adapter, `{table}.{operation}`.
fn port_of(operation: &'static str) -> (&'static str, &'static str) {
    let (table, action) = operation.split_once('.').unwrap_or((operation, ""));
    let port = match (table, action) {
        ("orders", "confirm" | "reject" | "complete_cancel" | "park" | "overdue") => "book",
        ("requests", _) => "idempotency",
        ("products", "prices") => "prices",
        ("mail", _) => "mailer",
        ("results", _) => "payment_results",
        ("sagas", "resume") => "saga_callbacks",
        ("sagas", _) => "saga_runner",
        (table, _) => table,
    };
    (port, action)
}
