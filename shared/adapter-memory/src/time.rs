//! A clock and ids for tests, the same in every run.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{Clock, IdGenerator, Pause};
use domain::values::Timestamp;

/// A clock that stands still until it is moved. A pause moves it and returns at once.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.unix_ms()))
    }

    /// Shows another time, earlier or later.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.unix_ms(), Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.set(self.now().plus(duration));
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Pause for SetClock {
    async fn pause(&self, duration: Duration) {
        self.advance(duration);
    }

    /// All of it: the longest wait is the one that a test should see.
    fn part_of(&self, longest: Duration) -> Duration {
        longest
    }
}

/// Ids of a prefix and a number from 1: `order-1`, `order-2` and so on.
#[derive(Debug)]
pub struct CountedIds {
    prefix: &'static str,
    digits: usize,
    made: AtomicU64,
}

impl CountedIds {
    /// Numbers have at least `digits` digits. As long as no number has more, ids sort by the time they were made.
    pub fn new(prefix: &'static str, digits: usize) -> Self {
        let made = AtomicU64::new(0);
        Self { prefix, digits, made }
    }
}

impl IdGenerator for CountedIds {
    fn next_id(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
        format!("{}-{number:0digits$}", self.prefix, digits = self.digits)
    }
}
