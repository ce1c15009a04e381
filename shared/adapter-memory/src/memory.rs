//! The shop in memory for tests, with calls that a test can let fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::PortFailure;

use crate::access::{Access, Ports, Trouble, failure};
use crate::tables::Tables;
use crate::time::SetClock;

/// The shop in memory. A call answers at once, unless a test planned otherwise.
pub type Memory = Ports<Store>;

/// The tables behind [`Memory`], with the calls that came and the faults that a test planned.
pub struct Store {
    clock: Arc<SetClock>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    tables: Tables,
    calls: Vec<&'static str>,
    planned: Vec<Planned>,
}

/// A fault or a change that a test plans for a call.
struct Planned {
    operation: &'static str,
    /// This many calls of the operation are left alone first.
    after: usize,
    event: Event,
}

enum Event {
    Trouble(Trouble),
    Change(Box<dyn FnOnce(&mut Tables) + Send>),
}

impl Memory {
    /// Time passes on `clock` only when a test moves it, or a port waits.
    pub fn new(clock: Arc<SetClock>) -> Arc<Self> {
        let inner = Mutex::default();
        Arc::new(Ports(Arc::new(Store { clock, inner })))
    }

    /// Reads the tables, while no call runs.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.0.lock().tables)
    }

    /// Changes the tables, as another caller would between two calls.
    pub fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        change(&mut self.0.lock().tables)
    }

    /// The next call of `operation`, like `orders.place`, fails and changes nothing.
    pub fn refuse_next(&self, operation: &'static str) {
        self.refuse_after(0, operation);
    }

    /// The same, once `calls` more calls of it were answered.
    pub fn refuse_after(&self, calls: usize, operation: &'static str) {
        self.plan(operation, calls, Event::Trouble(Trouble::Refused));
    }

    /// The next call of `operation` does its work and fails nevertheless, as if its answer were lost.
    pub fn lose_answer(&self, operation: &'static str) {
        self.plan(operation, 0, Event::Trouble(Trouble::AnswerLost));
    }

    /// Another caller's change comes right before the next call of `operation`.
    pub fn change_before(&self, operation: &'static str, change: impl FnOnce(&mut Tables) + Send + 'static) {
        self.plan(operation, 0, Event::Change(Box::new(change)));
    }

    /// Every call so far, in its order.
    pub fn calls(&self) -> Vec<&'static str> {
        self.0.lock().calls.clone()
    }

    /// How often `operation`, like `orders.place`, was called so far.
    pub fn calls_of(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| **call == operation).count()
    }

    fn plan(&self, operation: &'static str, after: usize, event: Event) {
        self.0.lock().planned.push(Planned {
            operation,
            after,
            event,
        });
    }
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call<T>(&self, operation: &'static str, effect: impl FnOnce(&mut Tables) -> T) -> Result<T, Trouble> {
        let mut inner = self.lock();
        inner.calls.push(operation);
        let trouble = match inner.event_at(operation) {
            Some(Event::Trouble(Trouble::Refused)) => return Err(Trouble::Refused),
            Some(Event::Trouble(trouble)) => Some(trouble),
            Some(Event::Change(change)) => {
                change(&mut inner.tables);
                None
            }
            None => None,
        };
        let answer = effect(&mut inner.tables);
        trouble.map_or(Ok(answer), Err)
    }
}

impl Inner {
    fn event_at(&mut self, operation: &str) -> Option<Event> {
        let index = self.planned.iter().position(|planned| planned.operation == operation)?;
        let planned = &mut self.planned[index];
        if planned.after > 0 {
            planned.after -= 1;
            return None;
        }
        Some(self.planned.remove(index).event)
    }
}

impl Access for Store {
    async fn read<T: Send>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Tables) -> T + Send,
    ) -> Result<T, PortFailure> {
        let answer = self.call(operation, |tables| look(tables));
        answer.map_err(failure(operation))
    }

    async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, PortFailure> {
        self.call(operation, effect).map_err(failure(operation))
    }

    async fn write_once(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) + Send + 'static,
    ) -> Result<(), Trouble> {
        self.call(operation, effect)
    }

    async fn wait(&self, duration: Duration) {
        self.clock.advance(duration);
    }
}
