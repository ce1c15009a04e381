//! One invocation of a function: the layer in front of every port, which injects the faults.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use adapter_memory::access::{Access, Trouble, failure};
use adapter_memory::tables::Tables;
use domain::ports::PortFailure;
use futures_util::future::{Either, select};

use crate::fate::Fate;
use crate::faults::{Found, Kind, Nature, PAUSE_MS};
use crate::scheduler::Owner;
use crate::world::World;

/// One invocation of a function, for its ports.
pub struct Call {
    pub(crate) world: Arc<World>,
    /// Its number among all invocations of the history.
    pub(crate) number: u64,
    pub(crate) function: &'static str,
    deadline_ms: AtomicI64,
    vanished: AtomicBool,
}

impl Call {
    pub fn new(world: &Arc<World>, function: &'static str, deadline_ms: i64) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            number: world.next_invocation(),
            function,
            deadline_ms: AtomicI64::new(deadline_ms),
            vanished: AtomicBool::new(false),
        })
    }

    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    pub(crate) fn deadline_ms(&self) -> i64 {
        self.deadline_ms.load(Ordering::Relaxed)
    }

    async fn write_as<T: Send + 'static>(
        &self,
        nature: Nature,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        self.world.travel().await;
        let kind = match self.world.at(self.function, operation, nature) {
            Found::Nothing => None,
            Found::Shut => return Err(Trouble::Refused),
            Found::Fault(kind) => Some(kind),
        };
        match kind {
            Some(Kind::FailBefore | Kind::Throttle | Kind::Outage) => return Err(Trouble::Refused),
            Some(Kind::Crash) => return self.vanish().await,
            Some(Kind::Late { delay_ms }) => {
                self.send_late(operation, delay_ms, effect);
                // Lambda ends the function before the answer arrives.
                return pending().await;
            }
            Some(Kind::Pause) => self.pause().await,
            Some(Kind::Twice) => {
                self.make(operation, &effect);
                self.world.travel().await;
            }
            _ => {}
        }
        let answer = self.make(operation, &effect);
        match kind {
            Some(Kind::FailAfter) => Err(Trouble::AnswerLost),
            _ => Ok(answer),
        }
    }

    fn export<T>(&self, operation: &'static str, began_ms: i64, answer: &Result<T, Trouble>) {
        self.world.export(|exported| {
            let failure = answer.as_ref().err().map(ToString::to_string);
            exported.call(
                self.number,
                operation,
                self.world.now_ms() - began_ms,
                failure.as_deref(),
            )
        });
    }

    fn make<T>(&self, operation: &'static str, effect: &impl Fn(&mut Tables) -> T) -> T {
        self.world.record(|| format!("       {} {operation}", self.function));
        self.world.change(effect)
    }

    fn send_late<T>(&self, operation: &'static str, delay_ms: i64, effect: impl Fn(&mut Tables) -> T + Send + 'static) {
        let (world, function) = (Arc::clone(&self.world), self.function);
        let arrives = world.sleep(delay_ms);
        self.world.spawn(Owner::World, async move {
            arrives.await;
            world.record(|| format!("LATE   {function} {operation}"));
            drop(world.change(effect));
        });
    }

    /// Freezes the execution environment for a while: its own clock stops, all others go on.
    async fn pause(&self) {
        self.deadline_ms.fetch_add(PAUSE_MS, Ordering::Relaxed);
        self.world.sleep(PAUSE_MS).await;
    }

    async fn vanish<T>(&self) -> T {
        self.vanished.store(true, Ordering::Relaxed);
        pending().await
    }

    /// Waits until the invocation times out or vanishes.
    pub(crate) async fn end(&self) -> Fate {
        loop {
            let deadline_ms = self.deadline_ms();
            let deadline = pin!(self.world.sleep_until(deadline_ms));
            // Polled after every poll of the function, because only a call of the function can make it vanish.
            let vanished = poll_fn(|_| {
                if self.vanished.load(Ordering::Relaxed) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            });
            match select(deadline, vanished).await {
                Either::Right(_) => return Fate::Vanished,
                Either::Left(_) if self.deadline_ms() == deadline_ms => return Fate::TimedOut,
                Either::Left(_) => {}
            }
        }
    }
}

impl Access for Call {
    async fn read<T: Send>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Tables) -> T + Send,
    ) -> Result<T, PortFailure> {
        let began_ms = self.world.now_ms();
        self.world.travel().await;
        match self.world.at(self.function, operation, Nature::Read) {
            Found::Nothing => {}
            Found::Fault(Kind::Pause) => self.pause().await,
            Found::Fault(Kind::Crash) => return self.vanish().await,
            Found::Shut | Found::Fault(_) => {
                self.export(operation, began_ms, &Err::<(), _>(Trouble::Refused));
                return Err(failure(operation)(Trouble::Refused));
            }
        }
        let answer = self.world.look(look);
        self.export(operation, began_ms, &Ok(()));
        self.world.record(|| format!("       {} {operation}", self.function));
        Ok(answer)
    }

    async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, PortFailure> {
        let began_ms = self.world.now_ms();
        let written = self.write_as(Nature::Write, operation, effect).await;
        self.export(operation, began_ms, &written);
        written.map_err(failure(operation))
    }

    async fn write_once(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) + Send + 'static,
    ) -> Result<(), Trouble> {
        let began_ms = self.world.now_ms();
        let written = self.write_as(Nature::WriteOnce, operation, effect).await;
        self.export(operation, began_ms, &written);
        written
    }

    async fn wait(&self, duration: Duration) {
        let duration_ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        self.world.sleep(duration_ms).await;
    }
}
