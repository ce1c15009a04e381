//! The execution environments of one function: started when all others are busy, reused, ended after a time of
//! idleness.
//!
//! As on Lambda, an environment serves one event at a time. Here it is no process: its INIT builds the handler, and
//! "frozen" means that nothing of it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shop::Handler;

use crate::event_log::invocation::milliseconds;
use crate::event_log::record::Record;
use crate::event_log::{EventLog, nodes};
use crate::events::clock::{now_ms, rfc3339};

/// An idle environment ends after this time. Lambda names none; some minutes are usual.
pub(super) const IDLE_MAX: Duration = Duration::from_mins(5);

/// Builds a handler: the INIT of an environment.
pub(crate) type BuildHandler = Box<dyn Fn() -> Handler + Send + Sync>;

/// The environments of one function.
pub(super) struct Environments {
    function: String,
    build: BuildHandler,
    log: Arc<EventLog>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last one that became idle is at the end, and is used first: the others may end.
    list: Vec<Environment>,
    started: u64,
    throttles: u64,
}

struct Environment {
    id: u64,
    status: Status,
    /// While it is busy, the invocation has it.
    handler: Option<Arc<Handler>>,
    started_at_ms: i64,
    init: Duration,
    last_used: Instant,
    last_used_at_ms: i64,
    invocations: u64,
    last_duration: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Init,
    Busy,
    Idle,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Busy => "busy",
            Self::Idle => "idle",
        }
    }
}

/// An environment that serves an event. Dropped, the environment is gone, as a process that crashed is;
/// [`Lease::give_back`] makes it idle.
pub(super) struct Lease {
    environments: Arc<Environments>,
    pub(super) id: u64,
    pub(super) handler: Arc<Handler>,
    /// The duration of INIT, if the environment was started for this event.
    pub(super) init: Option<Duration>,
    since: Instant,
    is_served: bool,
}

impl Environments {
    pub(super) fn new(function: String, build: BuildHandler, log: Arc<EventLog>) -> Self {
        Self {
            function,
            build,
            log,
            state: Mutex::default(),
        }
    }

    /// An idle environment, or a new one. The caller has made sure that the function's limit allows it.
    pub(super) fn lease(self: &Arc<Self>) -> Lease {
        let since = Instant::now();
        let reused = {
            let mut state = self.state();
            for ended in state.end_idle(since) {
                self.record(ended, "ended");
            }
            let idle = state
                .list
                .iter_mut()
                .rev()
                .find(|environment| environment.status == Status::Idle);
            idle.and_then(|environment| {
                environment.status = Status::Busy;
                Some((environment.id, environment.handler.clone()?))
            })
        };
        let (id, handler, init) = match reused {
            Some((id, handler)) => (id, handler, None),
            None => self.start(),
        };
        Lease {
            environments: Arc::clone(self),
            id,
            handler,
            init,
            since,
            is_served: false,
        }
    }

    /// Starts one, and serves its first event.
    fn start(&self) -> (u64, Arc<Handler>, Option<Duration>) {
        let started = Instant::now();
        let id = {
            let mut state = self.state();
            state.started += 1;
            let environment = Environment {
                id: state.started,
                status: Status::Init,
                handler: None,
                started_at_ms: now_ms(),
                init: Duration::ZERO,
                last_used: started,
                last_used_at_ms: now_ms(),
                invocations: 0,
                last_duration: None,
            };
            state.list.push(environment);
            state.started
        };
        self.record(id, "starting");
        // Not below the lock: others of the function go on meanwhile.
        let handler = Arc::new((self.build)());
        let init = started.elapsed();
        let mut state = self.state();
        if let Some(environment) = state.find(id) {
            environment.status = Status::Busy;
            environment.handler = Some(Arc::clone(&handler));
            environment.init = init;
        }
        (id, handler, Some(init))
    }

    /// Starts and ends only: between them an environment is busy while an invocation has it, and idle otherwise.
    fn record(&self, id: u64, state: &'static str) {
        let text = format!("Environment {id} of {} is {state}", self.function);
        let record = Record::new("environment", text).at(nodes::function(&self.function));
        let record = record.with("function", self.function.clone());
        self.log.record(record.with("environment", id).with("state", state));
    }

    pub(super) fn count_throttle(&self) {
        self.state().throttles += 1;
    }

    /// Environments in the order of their starts, with the function's counts.
    pub(super) fn describe(&self) -> Value {
        let mut state = self.state();
        for ended in state.end_idle(Instant::now()) {
            self.record(ended, "ended");
        }
        let mut list: Vec<&Environment> = state.list.iter().collect();
        list.sort_unstable_by_key(|environment| environment.id);
        let shown: Vec<Value> = list.into_iter().map(shown).collect();
        json!({ "environments": shown, "cold_starts": state.started, "throttles": state.throttles })
    }

    /// A panic while the lock was held leaves at worst one environment busy for ever: better than none at all.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&mut self, id: u64) -> Option<&mut Environment> {
        self.list.iter_mut().find(|environment| environment.id == id)
    }

    fn remove(&mut self, id: u64) -> Option<Environment> {
        let index = self.list.iter().position(|environment| environment.id == id)?;
        Some(self.list.remove(index))
    }

    /// Ends the environments that were idle for too long, and returns their ids.
    fn end_idle(&mut self, now: Instant) -> Vec<u64> {
        let mut ended = Vec::new();
        self.list.retain(|environment| {
            let is_kept =
                environment.status != Status::Idle || now.saturating_duration_since(environment.last_used) < IDLE_MAX;
            if !is_kept {
                ended.push(environment.id);
            }
            is_kept
        });
        ended
    }
}

impl Lease {
    /// The event is served; the environment is frozen until the next one.
    pub(super) fn give_back(mut self) {
        self.is_served = true;
        let mut state = self.environments.state();
        if let Some(mut environment) = state.remove(self.id) {
            environment.status = Status::Idle;
            environment.last_used = Instant::now();
            environment.last_used_at_ms = now_ms();
            environment.invocations += 1;
            environment.last_duration = Some(self.since.elapsed());
            state.list.push(environment);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_served {
            self.environments.state().remove(self.id);
            self.environments.record(self.id, "ended");
        }
    }
}

fn shown(environment: &Environment) -> Value {
    json!({
        "id": environment.id,
        "state": environment.status.as_str(),
        "started_at": rfc3339(environment.started_at_ms),
        "last_used_at": rfc3339(environment.last_used_at_ms),
        "invocations": environment.invocations,
        "init_ms": milliseconds(environment.init),
        "duration_ms": environment.last_duration.map(milliseconds),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environments() -> Arc<Environments> {
        let build: BuildHandler = Box::new(|| Box::new(|_| Box::pin(async { Ok(Value::Null) })));
        Arc::new(Environments::new("one".to_owned(), build, Arc::default()))
    }

    fn states(environments: &Environments) -> Vec<String> {
        let description = environments.describe();
        let list = description["environments"].as_array().unwrap();
        list.iter()
            .map(|one| one["state"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn an_environment_serves_one_event_at_a_time_and_is_reused() {
        let environments = environments();
        let first = environments.lease();
        let second = environments.lease();
        assert!(first.init.is_some() && second.init.is_some());
        assert_eq!(states(&environments), ["busy", "busy"]);
        first.give_back();
        let third = environments.lease();
        assert!(third.init.is_none());
        third.give_back();
        second.give_back();
        assert_eq!(states(&environments), ["idle", "idle"]);
        let description = environments.describe();
        assert_eq!(description["cold_starts"], 2);
        assert_eq!(description["environments"][0]["invocations"], 2);
        assert!(description["environments"][0]["init_ms"].as_f64().is_some());
        assert!(description["environments"][0]["duration_ms"].as_f64().is_some());
    }

    #[test]
    fn an_environment_whose_invocation_broke_off_is_not_reused() {
        let environments = environments();
        drop(environments.lease());
        assert!(states(&environments).is_empty());
        assert!(environments.lease().init.is_some());
    }

    #[test]
    fn an_idle_environment_ends_after_five_minutes_and_a_busy_one_does_not() {
        let environments = environments();
        let busy = environments.lease();
        environments.lease().give_back();
        let now = Instant::now();
        let mut state = environments.state();
        assert!(state.end_idle(now + Duration::from_secs(299)).is_empty());
        assert_eq!(state.list.len(), 2);
        assert_eq!(state.end_idle(now + IDLE_MAX), [2]);
        assert_eq!(state.list.len(), 1);
        drop(state);
        busy.give_back();
        assert_eq!(states(&environments), ["idle"]);
    }
}
