//! The clock port, read from the operating system.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::ports::Clock;
use domain::values::Timestamp;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let epoch = Timestamp::from_unix_ms(0);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => epoch.plus(since),
            // The clock is set before 1970.
            Err(before) => epoch.minus(before.duration()),
        }
    }
}
