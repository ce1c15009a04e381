//! Waits on the runtime's timer, and picks random waiting times.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::Pause;

/// Waits on the timer of tokio.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

#[async_trait]
impl Pause for SystemPause {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn part_of(&self, longest: Duration) -> Duration {
        longest.mul_f64(fastrand::f64())
    }
}
