//! What is one history's whole world? A clock, a shop, the plan of faults and whoever watches.

use std::sync::{Arc, Mutex};

use adapter_memory::tables::Tables;
use adapter_memory::time::CountedIds;
use domain::fulfilment::ports::SagaStart;

use crate::design::Design;
use crate::executions::Executions;
use crate::faults::{Found, Injector, Nature, Plan};
use crate::invariants::Auditor;
use crate::scheduler::{Owner, Scheduler, Sleep, lock};

/// When every history begins, in Unix milliseconds.
pub(crate) const BEGINNING_MS: i64 = 1_800_000_000_000;
/// A call takes so long where nothing is drawn.
const STEADY_CALL_MS: i64 = 5;
/// The longest that a call takes where its length is drawn.
const DRAWN_CALL_MS_MAX: i64 = 40;

/// How long a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// No time at all: for those who have no clock to wait on.
    Instant,
    /// The same every time.
    Steady,
    /// Another time each, drawn from the seed.
    Drawn,
}

/// What follows when something happens. Handed in, so that the world depends on nobody who lives in it.
#[derive(Clone, Copy)]
pub(crate) struct Consequences {
    /// The stream has this many changes.
    pub(crate) changed: fn(&Arc<World>, usize),
    pub(crate) saga_started: fn(&Arc<World>, &SagaStart),
}

/// How far the stream was acknowledged.
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
    pub(crate) injector: Mutex<Injector>,
    pub(crate) auditor: Mutex<Auditor>,
    pub(crate) ids: Arc<CountedIds>,
    tables: Mutex<Tables>,
    chance: Mutex<fastrand::Rng>,
    pub(crate) consequences: Consequences,
    pace: Pace,
    told: Option<Mutex<Vec<String>>>,
}

impl World {
    pub(crate) fn new(
        design: &Arc<Design>,
        consequences: Consequences,
        (plan, seed): (Plan, u64),
        pace: Pace,
        is_told: bool,
    ) -> Arc<Self> {
        // Two streams of chance: the faults of a history can be taken away without changing everything else.
        let mut seeds = fastrand::Rng::with_seed(seed);
        Arc::new(Self {
            scheduler: Arc::new(Scheduler::starting_at(BEGINNING_MS)),
            design: Arc::clone(design),
            executions: Mutex::default(),
            position: Mutex::default(),
            injector: Mutex::new(Injector::new(plan, seeds.u64(..))),
            auditor: Mutex::default(),
            ids: Arc::new(CountedIds::new("order", 5)),
            tables: Mutex::new(design.tables()),
            chance: Mutex::new(seeds.fork()),
            consequences,
            pace,
            told: is_told.then(Mutex::default),
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

    /// What a call takes on its way.
    pub(crate) async fn travel(&self) {
        let duration_ms = match self.pace {
            Pace::Instant => return,
            Pace::Steady => STEADY_CALL_MS,
            Pace::Drawn => lock(&self.chance).i64(1..=DRAWN_CALL_MS_MAX),
        };
        self.sleep(duration_ms).await;
    }

    /// From 0 to 1. Where nothing is drawn, retries wait as long as they may.
    pub(crate) fn random_unit(&self) -> f64 {
        match self.pace {
            Pace::Drawn => lock(&self.chance).f64(),
            Pace::Instant | Pace::Steady => 0.99,
        }
    }

    pub(crate) fn spawn(&self, owner: Owner, work: impl Future<Output = ()> + Send + 'static) {
        self.scheduler.spawn(owner, work);
    }

    /// Looks without touching.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&lock(&self.tables))
    }

    /// One atomic change of the shop, and a look at what must never be.
    pub fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Tables) -> T) -> T {
        let mut tables = lock(&self.tables);
        let answer = change(&mut tables);
        lock(&self.auditor).along_the_way(&tables);
        let changes = tables.orders.stream.len();
        drop(tables);
        if self.pace != Pace::Instant {
            (self.consequences.changed)(self, changes);
        }
        answer
    }

    /// What goes wrong here, if anything does.
    pub(crate) fn at(&self, place: &'static str, operation: &'static str, nature: Nature) -> Found {
        let (nth, found) = lock(&self.injector).at(place, operation, nature, self.now_ms());
        match &found {
            Found::Fault(kind) => self.tell(|| format!("FAULT  {place} {operation} #{nth} {kind}")),
            Found::Shut => self.tell(|| format!("shut   {place} {operation}")),
            Found::Nothing => {}
        }
        found
    }

    /// Adds a line to the timeline, if there is one.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(told) = &self.told {
            let elapsed_ms = self.now_ms() - BEGINNING_MS;
            let line = format!("{:>6}.{:03} s  {}", elapsed_ms / 1_000, elapsed_ms % 1_000, line());
            lock(told).push(line);
        }
    }

    pub(crate) fn timeline(&self) -> Vec<String> {
        self.told
            .as_ref()
            .map(|told| std::mem::take(&mut *lock(told)))
            .unwrap_or_default()
    }
}
