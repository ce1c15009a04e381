//! The state of one history: the clock, the shop, the plan of faults, the auditor and the timeline.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;

use adapter_memory::tables::Tables;
use adapter_memory::time::CountedIds;
use domain::fulfilment::ports::SagaStart;
use domain::values::OrderId;
use local_host::event_log::record::Record;
use sandbox_gateway::notices::Notice;

use crate::design::Design;
use crate::executions::Executions;
use crate::exported::{self, Exported};
use crate::faults::{Found, Injector, Nature, Plan};
use crate::invariants::Auditor;
use crate::scheduler::{Owner, Scheduler, Sleep, lock};

/// The beginning of every history, in Unix milliseconds.
pub(crate) const BEGINNING_MS: i64 = 1_800_000_000_000;
/// The duration of a call at a steady pace.
const STEADY_CALL_MS: i64 = 5;
/// The longest duration of a call at a random pace.
const DRAWN_CALL_MS_MAX: i64 = 40;

/// The duration of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// No time, for callers that cannot wait on the simulated clock.
    Instant,
    /// The same for every call.
    Steady,
    /// Random, from the seed.
    Drawn,
}

/// What is kept of a history while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watched {
    /// Nothing: most histories only count.
    Not,
    /// Lines for a terminal.
    AsTimeline,
    /// Records for the console.
    AsRecords,
}

/// Callbacks for changes. They are passed in, so that this module does not depend on the modules that use it.
#[derive(Clone, Copy)]
pub(crate) struct Consequences {
    /// Called when the stream has this many changes.
    pub(crate) changed: fn(&Arc<World>, usize),
    pub(crate) saga_started: fn(&Arc<World>, &SagaStart),
    /// Called for each notice of the payment provider.
    pub(crate) announced: fn(&Arc<World>, &OrderId, Notice),
}

/// The position up to which the stream was acknowledged.
#[derive(Default)]
pub(crate) struct StreamPosition {
    pub(crate) next: usize,
    pub(crate) is_polled: bool,
}

pub struct World {
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) design: Arc<Design>,
    pub(crate) executions: Mutex<Executions>,
    pub(crate) position: Mutex<StreamPosition>,
    /// Executions that wait for a token, to be woken when one is completed.
    pub(crate) waiting: Mutex<Vec<Waker>>,
    pub(crate) injector: Mutex<Injector>,
    pub(crate) auditor: Mutex<Auditor>,
    pub(crate) ids: Arc<CountedIds>,
    tables: Mutex<Tables>,
    chance: Mutex<fastrand::Rng>,
    pub(crate) consequences: Consequences,
    pace: Pace,
    invocations: AtomicU64,
    timeline: Option<Mutex<Vec<String>>>,
    /// The records of the history, if it is exported.
    pub(crate) exported: Option<Exported>,
}

impl World {
    pub(crate) fn new(
        design: &Arc<Design>,
        consequences: Consequences,
        (plan, seed): (Plan, u64),
        pace: Pace,
        watched: Watched,
    ) -> Arc<Self> {
        // Two random generators, so that removing faults from a history does not change anything else.
        let mut seeds = fastrand::Rng::with_seed(seed);
        Arc::new(Self {
            scheduler: Arc::new(Scheduler::starting_at(BEGINNING_MS)),
            design: Arc::clone(design),
            executions: Mutex::default(),
            position: Mutex::default(),
            waiting: Mutex::default(),
            injector: Mutex::new(Injector::new(plan, seeds.u64(..))),
            auditor: Mutex::default(),
            ids: Arc::new(CountedIds::new("order", 5)),
            tables: Mutex::new(design.tables()),
            chance: Mutex::new(seeds.fork()),
            consequences,
            pace,
            invocations: AtomicU64::new(0),
            timeline: (watched == Watched::AsTimeline).then(Mutex::default),
            exported: (watched == Watched::AsRecords).then(Exported::default),
        })
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.scheduler.now_ms()
    }

    pub(crate) fn sleep(&self, duration_ms: i64) -> Sleep {
        self.sleep_until(self.now_ms().saturating_add(duration_ms))
    }

    pub(crate) fn sleep_until(&self, at_ms: i64) -> Sleep {
        self.scheduler.sleep_until(at_ms)
    }

    /// Waits for the duration of a call.
    pub(crate) async fn travel(&self) {
        let duration_ms = match self.pace {
            Pace::Instant => return,
            Pace::Steady => STEADY_CALL_MS,
            Pace::Drawn => lock(&self.chance).i64(1..=DRAWN_CALL_MS_MAX),
        };
        self.sleep(duration_ms).await;
    }

    /// A number from 0 to 1. At a steady pace it is close to 1, so that retries wait as long as possible.
    pub(crate) fn random_unit(&self) -> f64 {
        match self.pace {
            Pace::Drawn => lock(&self.chance).f64(),
            Pace::Instant | Pace::Steady => 0.99,
        }
    }

    pub(crate) fn spawn(&self, owner: Owner, work: impl Future<Output = ()> + Send + 'static) {
        self.scheduler.spawn(owner, work);
    }

    /// Reads the tables.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&lock(&self.tables))
    }

    /// Makes one atomic change of the tables, and checks the rules.
    pub fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Tables) -> T) -> T {
        let mut tables = lock(&self.tables);
        let (announced, resumed) = (tables.gateway.notices.len(), tables.resumed.len());
        let answer = change(&mut tables);
        lock(&self.auditor).check_change(&tables);
        self.export_violations();
        let changes = tables.orders.stream.len();
        let notices = tables.gateway.notices[announced..].to_vec();
        let has_resumed = tables.resumed.len() > resumed;
        drop(tables);
        if has_resumed {
            std::mem::take(&mut *lock(&self.waiting))
                .into_iter()
                .for_each(Waker::wake);
        }
        if self.pace != Pace::Instant {
            (self.consequences.changed)(self, changes);
            for (payment, notice) in notices {
                (self.consequences.announced)(self, &payment, notice);
            }
        }
        answer
    }

    /// Reaches a point, and returns the fault there, if any.
    pub(crate) fn at(&self, place: &'static str, operation: &'static str, nature: Nature) -> Found {
        let (nth, found) = lock(&self.injector).at(place, operation, nature, self.now_ms());
        match &found {
            Found::Fault(kind) => {
                self.record(|| format!("FAULT  {place} {operation} #{nth} {kind}"));
                self.export(|_| Some(exported::fault(place, operation, &kind.to_string())));
            }
            Found::Shut => self.record(|| format!("shut   {place} {operation}")),
            Found::Nothing => {}
        }
        found
    }

    /// The number of an invocation that starts.
    pub(crate) fn next_invocation(&self) -> u64 {
        self.invocations.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a record to the export, if the history is exported.
    pub(crate) fn export(&self, record: impl FnOnce(&Exported) -> Option<Record>) {
        if let Some(exported) = &self.exported
            && let Some(record) = record(exported)
        {
            exported.log.record_at(record, self.now_ms());
        }
    }

    /// Adds the violations of rules that were found since the last call to the export.
    pub(crate) fn export_violations(&self) {
        if let Some(exported) = &self.exported {
            let found = exported.violations(&lock(&self.auditor).violations);
            for record in found {
                self.export(|_| Some(record));
            }
        }
    }

    /// Adds a line to the timeline, if the history has one.
    pub(crate) fn record(&self, line: impl FnOnce() -> String) {
        if let Some(timeline) = &self.timeline {
            let elapsed_ms = self.now_ms() - BEGINNING_MS;
            let line = format!("{:>6}.{:03} s  {}", elapsed_ms / 1_000, elapsed_ms % 1_000, line());
            lock(timeline).push(line);
        }
    }

    pub(crate) fn timeline(&self) -> Vec<String> {
        self.timeline
            .as_ref()
            .map(|timeline| std::mem::take(&mut *lock(timeline)))
            .unwrap_or_default()
    }
}
