//! What time is it? The operating system's.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::ports::Clock;
use domain::values::Timestamp;

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let epoch = Timestamp::from_unix_ms(0);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => epoch.plus(since),
            // A clock set before 1970.
            Err(before) => epoch.minus(before.duration()),
        }
    }
}
