//! A host for tests: its time jumps, its random number is fixed, and its journal is a map.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use serde_json::Value;

use crate::definition::StateMachine;
use crate::execution::{ExecutionInput, Outcome};
use crate::history::HistoryEvent;
use crate::host::{Host, HostFailure, StateError, TaskCall};
use crate::interpreter::run;

/// The answer of a function, and its delay.
pub struct Answer {
    pub after_ms: i64,
    pub result: Result<Value, StateError>,
}

impl Answer {
    pub fn at_once(result: Result<Value, StateError>) -> Self {
        Self { after_ms: 0, result }
    }
}

type Respond = dyn Fn(&TaskCall) -> Answer + Send + Sync;
type Complete = dyn Fn(&TaskCall) -> Option<Answer> + Send + Sync;

/// A world in which nothing takes time but what says so.
pub struct VirtualHost {
    respond: Box<Respond>,
    complete: Box<Complete>,
    random: f64,
    world: Mutex<World>,
}

#[derive(Default)]
struct World {
    now_ms: i64,
    /// Instants that somebody sleeps until.
    alarms: BTreeSet<i64>,
    /// Times in which no process runs: begin and end.
    downtimes: Vec<(i64, i64)>,
    journal: BTreeMap<String, Value>,
    /// Keys in the order in which they were written.
    written: Vec<String>,
    /// Records that the journal still takes; `None` without a limit.
    records_left: Option<usize>,
    calls: Vec<TaskCall>,
    history: Vec<HistoryEvent>,
}

impl VirtualHost {
    pub fn new(random: f64, respond: impl Fn(&TaskCall) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            respond: Box::new(respond),
            complete: Box::new(|_| None),
            random,
            world: Mutex::default(),
        }
    }

    /// Completes tokens of tasks that wait for one: with this answer, so long after the wait began or was resumed.
    /// Without an answer, the task waits for ever.
    #[must_use]
    pub fn completing(mut self, complete: impl Fn(&TaskCall) -> Option<Answer> + Send + Sync + 'static) -> Self {
        self.complete = Box::new(complete);
        self
    }

    /// Starts where an earlier host stopped: with a part of its journal.
    #[must_use]
    pub fn with_journal(self, journal: BTreeMap<String, Value>, now_ms: i64) -> Self {
        {
            let mut world = self.world();
            world.journal = journal;
            world.now_ms = now_ms;
        }
        self
    }

    /// Is suspended at this instant for so long: nothing happens meanwhile, and what became due is late.
    #[must_use]
    pub fn suspended(self, at_ms: i64, for_ms: i64) -> Self {
        self.world().downtimes.push((at_ms, at_ms.saturating_add(for_ms)));
        self
    }

    /// Dies after so many records: what comes then is not written, and ends the run.
    #[must_use]
    pub fn dying_after(self, records: usize) -> Self {
        self.world().records_left = Some(records);
        self
    }

    /// The journal as it was after its first `records` records.
    pub fn journal_prefix(&self, records: usize) -> BTreeMap<String, Value> {
        let world = self.world();
        let keys = world.written.iter().take(records);
        keys.filter_map(|key| Some((key.clone(), world.journal.get(key)?.clone())))
            .collect()
    }

    pub fn records(&self) -> usize {
        self.world().written.len()
    }

    pub fn calls(&self) -> Vec<TaskCall> {
        self.world().calls.clone()
    }

    pub fn history(&self) -> Vec<HistoryEvent> {
        self.world().history.clone()
    }

    /// The clock, which began at zero or where [`VirtualHost::with_journal`] set it.
    pub fn elapsed_ms(&self) -> i64 {
        self.world().now_ms
    }

    /// Runs an execution to its end. Whenever no branch can continue, time jumps to the next alarm; without one the run
    /// would stand still for ever, and `None` says so.
    pub fn run(&self, machine: &StateMachine, execution: &ExecutionInput) -> Option<Result<Outcome, HostFailure>> {
        let mut context = Context::from_waker(Waker::noop());
        let mut running = pin!(run(machine, execution, self));
        loop {
            if let Poll::Ready(outcome) = running.as_mut().poll(&mut context) {
                return Some(outcome);
            }
            let mut world = self.world();
            let alarm_ms = world.alarms.pop_first()?;
            world.now_ms = world.now_ms.max(alarm_ms);
            let now_ms = world.now_ms;
            let is_down = |(begin_ms, end_ms): &&(i64, i64)| (*begin_ms..*end_ms).contains(&now_ms);
            if let Some((_, end_ms)) = world.downtimes.iter().find(is_down).copied() {
                world.now_ms = end_ms;
            }
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Host for VirtualHost {
    fn now_ms(&self) -> i64 {
        self.world().now_ms
    }

    async fn sleep_until(&self, unix_ms: i64) {
        poll_fn(|_| {
            let mut world = self.world();
            if world.now_ms >= unix_ms {
                return Poll::Ready(());
            }
            world.alarms.insert(unix_ms);
            Poll::Pending
        })
        .await;
    }

    fn downtime_ms_since(&self, unix_ms: i64) -> i64 {
        let world = self.world();
        let past = world.downtimes.iter().filter(|(_, end_ms)| *end_ms <= world.now_ms);
        past.map(|(begin_ms, end_ms)| (end_ms - unix_ms.max(*begin_ms)).max(0))
            .sum()
    }

    fn random_unit(&self) -> f64 {
        self.random
    }

    async fn invoke(&self, call: TaskCall) -> Result<Value, StateError> {
        let answer = (self.respond)(&call);
        let ready_at_ms = {
            let mut world = self.world();
            world.calls.push(call);
            world.now_ms.saturating_add(answer.after_ms)
        };
        self.sleep_until(ready_at_ms).await;
        answer.result
    }

    async fn completed(&self, call: &TaskCall) -> Result<Value, StateError> {
        let Some(answer) = (self.complete)(call) else {
            return pending().await;
        };
        self.sleep_until(self.now_ms().saturating_add(answer.after_ms)).await;
        answer.result
    }

    async fn recorded(&self, key: &str) -> Result<Option<Value>, HostFailure> {
        Ok(self.world().journal.get(key).cloned())
    }

    async fn record(&self, key: &str, value: &Value) -> Result<(), HostFailure> {
        let mut world = self.world();
        match &mut world.records_left {
            Some(0) => return Err(HostFailure("the host died".into())),
            Some(left) => *left -= 1,
            None => {}
        }
        world.journal.insert(key.to_owned(), value.clone());
        world.written.push(key.to_owned());
        Ok(())
    }

    fn observe(&self, event: HistoryEvent) {
        self.world().history.push(event);
    }
}
