//! Runs functions: admits an event, leases an execution environment, and enforces the timeout.
//!
//! As on Lambda, an invocation that is out of time is reported as `Sandbox.Timedout`, and one whose caller has gone
//! goes on. One deviation: Lambda freezes what is out of time, here it runs to its end. The sagas have to tolerate a
//! late original anyway, and here they are made to.

pub(crate) mod backlog;
mod environments;
mod recorded;
mod room;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use events::invocation::{Invocation, InvocationContext};
use serde_json::{Value, json};
use telemetry::context::on_correlation;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use self::backlog::Backlog;
pub(crate) use self::environments::BuildHandler;
use self::environments::{Environments, IDLE_MAX, Lease};
use self::recorded::Started;
use self::room::{Admission, Limits, PLACE_TIME, Room};
use crate::event_log::cause::Cause;
use crate::event_log::invocation::{self, EXITED, TIMED_OUT};
use crate::event_log::{EventLog, running};
use crate::events::clock::now_ms;
use crate::functions::{Functions, InvokeFailure, Source, THROTTLED};
use crate::invocation_log::{Begun, InvocationLog};

/// Each kind of work has a room of its own, so that a flood of one keeps none of the others waiting. Together they run
/// well below the runtime's 512 blocking threads: an invocation holds one.
const READS: Limits = Limits {
    name: "reads",
    running: 60,
    at_once: 16,
    waiting: 250,
    wait: Duration::from_millis(1_500),
};
const WRITES: Limits = Limits {
    name: "writes",
    running: 60,
    at_once: 16,
    waiting: 250,
    wait: Duration::from_millis(1_500),
};
/// Its callers have limits of their own: the concurrency of each loop, and the executions that run at once. The wait
/// ends long before an event is delivered again.
const BACKGROUND: Limits = Limits {
    name: "background",
    running: 280,
    at_once: 32,
    waiting: 10_000,
    wait: Duration::from_mins(1),
};
/// The most invocations at once of functions without a reserved concurrency.
const ACCOUNT_CONCURRENCY: usize = READS.running + WRITES.running + BACKGROUND.running;

const NOT_FOUND: &str = "ResourceNotFoundException";

/// A function as a library has it: an event and its context in, a reply out.
pub(crate) struct Function {
    /// Its name in logs, like `orders-place`.
    pub(crate) name: String,
    pub(crate) timeout: Duration,
    /// Shown, not enforced: all functions share one process.
    pub(crate) memory_mb: u64,
    pub(crate) reserved_concurrency: Option<u32>,
    pub(crate) build: BuildHandler,
}

pub(crate) struct Invoker {
    /// By logical id.
    functions: BTreeMap<String, Hosted>,
    reads: Room,
    writes: Room,
    background: Room,
    backlog: Arc<Backlog>,
    log: Arc<InvocationLog>,
    events: Arc<EventLog>,
}

struct Hosted {
    name: String,
    timeout: Duration,
    memory_mb: u64,
    /// Its slots, and how many there are.
    reserved: Option<(Arc<Semaphore>, usize)>,
    environments: Arc<Environments>,
}

impl Hosted {
    fn of(function: Function, events: &Arc<EventLog>) -> Self {
        let Function {
            name,
            timeout,
            memory_mb,
            reserved_concurrency,
            build,
        } = function;
        let reserved = reserved_concurrency.map(|count| usize::try_from(count).unwrap_or(Semaphore::MAX_PERMITS));
        Self {
            environments: Arc::new(Environments::new(name.clone(), build, Arc::clone(events))),
            name,
            timeout,
            memory_mb,
            reserved: reserved.map(|count| (Arc::new(Semaphore::new(count)), count)),
        }
    }

    /// A reserved concurrency of zero switches a function off.
    fn is_off(&self) -> bool {
        matches!(self.reserved, Some((_, 0)))
    }

    fn describe(&self, logical_id: &str) -> Value {
        let mut description = self.environments.describe();
        description["function"] = json!(self.name);
        description["logical_id"] = json!(logical_id);
        description["memory_mb"] = json!(self.memory_mb);
        description["timeout_ms"] = json!(u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX));
        description["reserved_concurrency"] = json!(self.reserved.as_ref().map(|(_, count)| count));
        description
    }
}

impl Invoker {
    pub(crate) fn new(functions: BTreeMap<String, Function>, backlog: Arc<Backlog>, events: Arc<EventLog>) -> Self {
        let functions = functions
            .into_iter()
            .map(|(logical_id, function)| (logical_id, Hosted::of(function, &events)));
        // One listener serves all hosts of the process: the task knows its invocation.
        on_correlation(running::correlate);
        Self {
            functions: functions.collect(),
            reads: Room::new(READS),
            writes: Room::new(WRITES),
            background: Room::new(BACKGROUND),
            backlog,
            log: Arc::default(),
            events,
        }
    }

    pub(crate) fn log(&self) -> &InvocationLog {
        &self.log
    }

    /// Every function with its environments, the limits, and how full they are.
    pub(crate) fn environments(&self) -> Value {
        let functions = self
            .functions
            .iter()
            .map(|(logical_id, function)| function.describe(logical_id));
        let rooms = [&self.reads, &self.writes, &self.background].map(Room::to_json);
        json!({
            "functions": functions.collect::<Vec<Value>>(),
            "account_concurrency": ACCOUNT_CONCURRENCY,
            "idle_seconds_max": IDLE_MAX.as_secs(),
            "rooms": rooms,
            "backlog": self.backlog.to_json(self.background.waiting()),
        })
    }

    /// Begins no further invocation, and waits until all have ended.
    pub(crate) async fn drain(&self) {
        for room in [&self.reads, &self.writes, &self.background] {
            room.drain().await;
        }
        for (slots, count) in self
            .functions
            .values()
            .filter_map(|function| function.reserved.as_ref())
        {
            room::close(slots, *count).await;
        }
    }

    fn room(&self, source: Source) -> &Room {
        match source {
            Source::HttpRead => &self.reads,
            Source::HttpWrite => &self.writes,
            Source::Queue | Source::Stream | Source::Event | Source::Workflow(_) => &self.background,
        }
    }

    fn begin(&self, logical_id: &str, function: &Hosted, event: Value, source: Source) -> Begin {
        let lease = function.environments.lease();
        let timeout_ms = u64::try_from(function.timeout.as_millis()).unwrap_or(u64::MAX);
        let context = InvocationContext {
            function_name: function.name.clone(),
            request_id: uuid::Uuid::new_v4().to_string(),
            deadline_ms: u64::try_from(now_ms()).unwrap_or_default().saturating_add(timeout_ms),
            ends_at: Some(Instant::now() + function.timeout),
            trace_id: None,
            cold_start: lease.init.is_some(),
        };
        let cause = Cause::of(&self.events, source, &event, &context.request_id);
        let begun = Begun {
            logical_id,
            function: &function.name,
            source,
            request_id: &context.request_id,
            correlation_id: cause.stories.first().map(String::as_str),
            cold_start: context.cold_start,
            event: &event,
        };
        let number = self.log.begin(&begun);
        let recorded = invocation::Invocation {
            function: function.name.clone(),
            number,
            request_id: context.request_id.clone(),
            environment: lease.id,
            init: lease.init,
            memory_mb: function.memory_mb,
        };
        Begin {
            number,
            started: Started::record(&self.events, recorded, cause, &event),
            lease,
            invocation: Invocation {
                event: event.into(),
                context,
            },
        }
    }

    /// Runs on a thread of its own: decoding a photo must not stall what serves requests.
    fn carry_through(&self, begin: Begin, slot: impl Send + 'static) -> JoinHandle<Result<Value, InvokeFailure>> {
        let (log, runtime) = (Arc::clone(&self.log), Handle::current());
        tokio::task::spawn_blocking(move || {
            let Begin {
                number,
                started,
                lease,
                invocation,
            } = begin;
            let running = Arc::clone(&started.running);
            let reply = runtime.block_on(running.scope((lease.handler)(invocation)));
            let reply = reply.map_err(|error| failure(error.error_type, error.error_message));
            match &reply {
                Ok(result) => log.end(number, "ok", Some(result)),
                Err(error) => log.end(number, &error.error_type, None),
            }
            if let Some(story) = started.running.stories().first() {
                log.correlate(number, story);
            }
            started.end(reply.as_ref());
            lease.give_back();
            drop(slot);
            reply
        })
    }
}

struct Begin {
    number: u64,
    started: Arc<Started>,
    lease: Lease,
    invocation: Invocation,
}

#[async_trait]
impl Functions for Invoker {
    fn refuses(&self, source: Source) -> bool {
        let room = self.room(source);
        let refuses = match source {
            Source::HttpRead => room.is_full(),
            Source::HttpWrite => room.is_full() || self.backlog.is_too_long(self.background.waiting()),
            Source::Queue | Source::Stream | Source::Event | Source::Workflow(_) => false,
        };
        if refuses {
            room.count_refusal();
        }
        refuses
    }

    async fn invoke(&self, logical_id: &str, event: Value, source: Source) -> Result<Value, InvokeFailure> {
        let Some(function) = self.functions.get(logical_id) else {
            return Err(failure(NOT_FOUND, format!("there is no function {logical_id}")));
        };
        if source == Source::HttpWrite {
            self.backlog.count_admission();
        }
        let reserved = function.reserved.as_ref().map(|(slots, _)| slots);
        let room = self.room(source);
        let entered = if function.is_off() {
            Err(room::Refused)
        } else {
            room.enter(reserved).await
        };
        let Admission { slot, place } = match entered {
            Ok(Some(admission)) => admission,
            // The host is stopping. An answer would count as a failed attempt; without one the event is still where it
            // came from, and the next start finds it there.
            Ok(None) => return std::future::pending().await,
            Err(room::Refused) => {
                function.environments.count_throttle();
                let cause = Cause::of(&self.events, source, &event, "");
                self.events.record(invocation::throttled(&function.name, cause));
                return Err(failure(THROTTLED, "Rate Exceeded."));
            }
        };
        let begin = self.begin(logical_id, function, event, source);
        let (number, started) = (begin.number, Arc::clone(&begin.started));
        let timeout = function.timeout;
        let mut ended = self.carry_through(begin, slot);
        let first = tokio::time::timeout(PLACE_TIME.min(timeout), &mut ended).await;
        drop(place);
        let ended = match first {
            Ok(ended) => Ok(ended),
            Err(_) => tokio::time::timeout(timeout.saturating_sub(PLACE_TIME), ended).await,
        };
        match ended {
            Ok(Ok(reply)) => reply,
            Ok(Err(panicked)) => {
                tracing::error!(
                    function = logical_id,
                    error = &panicked as &dyn std::error::Error,
                    "invocation broke off"
                );
                self.log.end(number, EXITED, None);
                let exited = failure(EXITED, "the function ended without an answer");
                started.end(Err(&exited));
                Err(exited)
            }
            Err(_) => {
                self.log.end(number, TIMED_OUT, None);
                let message = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
                let timed_out = failure(TIMED_OUT, message);
                started.end(Err(&timed_out));
                Err(timed_out)
            }
        }
    }
}

fn failure(error_type: impl Into<String>, message: impl Into<String>) -> InvokeFailure {
    InvokeFailure {
        error_type: error_type.into(),
        message: message.into(),
    }
}
