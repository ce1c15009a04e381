//! Time that passes only while every task waits for it: tests pause tokio's clock.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use domain::ports::{Clock, Pause};
use domain::values::Timestamp;

pub(super) struct VirtualTime {
    began: tokio::time::Instant,
    chance: AtomicU32,
}

impl VirtualTime {
    pub(super) fn begin() -> Self {
        Self {
            began: tokio::time::Instant::now(),
            chance: AtomicU32::new(1),
        }
    }
}

impl Clock for VirtualTime {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_000).plus(self.began.elapsed())
    }
}

#[async_trait]
impl Pause for VirtualTime {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// The same pseudo-random numbers in every run.
    fn part_of(&self, longest: Duration) -> Duration {
        let next = |chance: u32| Some(chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let chance = self
            .chance
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, next)
            .unwrap();
        longest.mul_f64(f64::from(chance) / f64::from(u32::MAX))
    }
}
