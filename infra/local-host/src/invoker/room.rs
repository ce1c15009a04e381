//! The waiting room of one kind of work: so many invocations at once, so many that wait, and for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limits of one kind of work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) name: &'static str,
    /// Invocations of functions without a reserved concurrency.
    pub(super) running: usize,
    /// Those among them that began less than `PLACE_TIME` ago: the others wait for something but a processor.
    pub(super) at_once: usize,
    pub(super) waiting: usize,
    pub(super) wait: Duration,
}

/// How long an invocation keeps its place. One that runs longer waits for a payment provider, say, and must not keep
/// others from the processors.
pub(super) const PLACE_TIME: Duration = Duration::from_millis(100);

pub(super) struct Room {
    limits: Limits,
    slots: Arc<Semaphore>,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    refused: AtomicU64,
}

/// The room is full, or the wait was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

/// The right to run one invocation.
pub(super) struct Admission {
    /// Kept until the function has returned.
    pub(super) slot: OwnedSemaphorePermit,
    /// Kept for `PLACE_TIME` at most.
    pub(super) place: OwnedSemaphorePermit,
}

/// Counts one waiter for as long as it waits, however the wait ends.
struct Waiter<'a>(&'a AtomicUsize);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Room {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(limits.running)),
            places: Arc::new(Semaphore::new(limits.at_once)),
            limits,
            waiting: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting() >= self.limits.waiting
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) fn count_refusal(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits for a turn, in the order of arrival. `None` when the host is stopping. A function with a `reserved`
    /// concurrency has slots of its own.
    pub(super) async fn enter(&self, reserved: Option<&Arc<Semaphore>>) -> Result<Option<Admission>, Refused> {
        if self.is_full() {
            self.count_refusal();
            return Err(Refused);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiter = Waiter(&self.waiting);
        let entered = async {
            // The slot first: a function whose slots are all taken must not keep the places from other functions.
            let slot = Arc::clone(reserved.unwrap_or(&self.slots)).acquire_owned().await.ok()?;
            let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
            Some(Admission { slot, place })
        };
        let entered = tokio::time::timeout(self.limits.wait, entered).await;
        drop(waiter);
        entered.map_err(|_| {
            self.count_refusal();
            Refused
        })
    }

    /// Admits nothing more, and waits until all that was admitted has ended.
    pub(super) async fn drain(&self) {
        close(&self.slots, self.limits.running).await;
    }

    pub(super) fn to_json(&self) -> Value {
        let Limits {
            name,
            running,
            at_once,
            waiting,
            wait,
        } = self.limits;
        json!({
            "kind": name,
            "running": running.saturating_sub(self.slots.available_permits()),
            "running_max": running,
            "at_once_max": at_once,
            "waiting": self.waiting(),
            "waiting_max": waiting,
            "wait_ms_max": u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "refused": self.refused.load(Ordering::Relaxed),
        })
    }
}

/// Closes slots when the last one is free.
pub(super) async fn close(slots: &Semaphore, count: usize) {
    // Only this function closes them. Once all are acquired, no invocation holds one.
    if let Ok(all) = slots.acquire_many(u32::try_from(count).unwrap_or(u32::MAX)).await {
        slots.close();
        drop(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(waiting: usize) -> Room {
        Room::new(Limits {
            name: "test",
            running: 3,
            at_once: 1,
            waiting,
            wait: Duration::from_millis(20),
        })
    }

    #[tokio::test]
    async fn a_full_room_refuses_at_once_and_a_long_wait_ends_in_a_refusal() {
        let room = room(1);
        let first = room.enter(None).await.unwrap().unwrap();
        let mut second = std::pin::pin!(room.enter(None));
        assert!(futures_util::poll!(&mut second).is_pending());
        assert!(room.is_full());
        assert_eq!(room.enter(None).await.err(), Some(Refused));
        assert_eq!(second.await.err(), Some(Refused));
        assert_eq!(room.waiting(), 0);
        assert_eq!(room.to_json()["refused"], 2);
        drop(first);
        assert!(room.enter(None).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_waiter_that_gives_up_is_not_counted_any_more() {
        let room = room(1);
        let first = room.enter(None).await.unwrap().unwrap();
        {
            let mut second = std::pin::pin!(room.enter(None));
            assert!(futures_util::poll!(&mut second).is_pending());
        }
        assert_eq!(room.waiting(), 0);
        drop(first);
    }

    #[tokio::test]
    async fn those_who_wait_for_a_reserved_slot_keep_nobody_else_waiting() {
        let room = room(10);
        let reserved = Arc::new(Semaphore::new(0));
        let mut throttled = std::pin::pin!(room.enter(Some(&reserved)));
        assert!(futures_util::poll!(&mut throttled).is_pending());
        assert!(room.enter(None).await.unwrap().is_some());
    }
}
