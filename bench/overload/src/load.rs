//! The load: closed-loop callers that find the best rate, and open-loop arrivals at a fixed rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bench_kit::trouble::Trouble;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::client::{Answer, Client};

/// Arrivals are scheduled in slices of this length: timers are not exact to the microsecond.
const SLICE: Duration = Duration::from_millis(5);
/// A closed-loop caller that was refused waits this long: the measured rate is that of callers that always try.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Customers who place the orders, each with a token, and the product that they buy.
pub struct Shoppers {
    pub client: Client,
    pub tokens: Vec<String>,
    pub sku: String,
    /// Makes idempotency keys unique.
    placed: AtomicU64,
}

impl Shoppers {
    pub fn new(client: Client, tokens: Vec<String>, sku: String) -> Self {
        Self {
            client,
            tokens,
            sku,
            placed: AtomicU64::new(0),
        }
    }

    pub async fn place_order(&self) -> Result<Answer, Trouble> {
        let number = self.placed.fetch_add(1, Ordering::Relaxed);
        let index = usize::try_from(number).unwrap_or_default() % self.tokens.len();
        let key = format!("load-{number}");
        self.client.place_order(&self.tokens[index], &key, &self.sku).await
    }
}

/// The answers to all orders of one load.
#[derive(Default)]
pub struct Answers {
    pub elapsed: Duration,
    pub accepted: Vec<Duration>,
    /// Paths of accepted orders, like `/orders/{id}`.
    pub locations: Vec<String>,
    pub refused: u64,
    pub refused_without_retry_after: u64,
    /// Other statuses, and requests without an answer.
    pub failed: Vec<String>,
}

impl Answers {
    fn add(&mut self, answer: Result<Answer, Trouble>) {
        match answer {
            Ok(Answer {
                status: 202,
                took,
                location,
                ..
            }) => {
                self.accepted.push(took);
                self.locations.extend(location);
            }
            Ok(Answer {
                status: 429 | 503,
                retry_after,
                ..
            }) => {
                self.refused += 1;
                self.refused_without_retry_after += u64::from(retry_after.is_none());
            }
            Ok(answer) => self.failed.push(format!("status {}", answer.status)),
            Err(trouble) => self.failed.push(trouble.to_string()),
        }
    }

    pub fn accepted_per_second(&self) -> f64 {
        rate(self.accepted.len(), self.elapsed)
    }

    pub fn refused_per_second(&self) -> f64 {
        rate(usize::try_from(self.refused).unwrap_or(usize::MAX), self.elapsed)
    }
}

fn rate(count: usize, elapsed: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// `callers` place one order after another for this long.
pub async fn closed_loop(shoppers: &Arc<Shoppers>, callers: usize, length: Duration) -> Answers {
    let (sender, receiver) = mpsc::unbounded_channel();
    let started = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let (shoppers, sender) = (Arc::clone(shoppers), sender.clone());
        running.spawn(async move {
            while started.elapsed() < length {
                let answer = shoppers.place_order().await;
                let refused = matches!(&answer, Ok(answer) if answer.status != 202);
                // The receiver outlives every caller.
                sender.send(answer).unwrap_or_default();
                if refused {
                    tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
                }
            }
        });
    }
    drop(sender);
    collect(receiver, started).await
}

/// Orders arrive at this rate for this long; returns when the last one was answered.
pub async fn open_loop(shoppers: &Arc<Shoppers>, per_second: f64, length: Duration) -> Answers {
    let (sender, receiver) = mpsc::unbounded_channel();
    let started = Instant::now();
    let arrivals = async {
        let mut ticks = tokio::time::interval(SLICE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut sent = 0.0;
        while started.elapsed() < length {
            ticks.tick().await;
            while sent < started.elapsed().as_secs_f64() * per_second {
                sent += 1.0;
                let (shoppers, sender) = (Arc::clone(shoppers), sender.clone());
                tokio::spawn(async move {
                    let answer = shoppers.place_order().await;
                    // The receiver outlives every caller.
                    sender.send(answer).unwrap_or_default();
                });
            }
        }
        drop(sender);
    };
    let ((), mut answers) = tokio::join!(arrivals, collect(receiver, started));
    answers.elapsed = length;
    answers
}

async fn collect(mut receiver: mpsc::UnboundedReceiver<Result<Answer, Trouble>>, started: Instant) -> Answers {
    let mut answers = Answers::default();
    while let Some(answer) = receiver.recv().await {
        answers.add(answer);
    }
    answers.elapsed = started.elapsed();
    answers
}

/// Latencies of public reads.
#[derive(Default)]
pub struct Reads {
    pub served: Vec<Duration>,
    pub failed: Vec<String>,
}

/// Reads the first page of products at this interval until the future is dropped or `length` has passed.
pub async fn read_products(client: &Client, interval: Duration, length: Duration) -> Reads {
    let started = Instant::now();
    let mut ticks = tokio::time::interval(interval);
    let mut reading = JoinSet::new();
    while started.elapsed() < length {
        ticks.tick().await;
        let client = client.clone();
        reading.spawn(async move { client.get("/products?limit=20", None).await });
    }
    let mut reads = Reads::default();
    while let Some(read) = reading.join_next().await {
        match read {
            Ok(Ok(answer)) if answer.status == 200 => reads.served.push(answer.took),
            Ok(Ok(answer)) => reads.failed.push(format!("status {}", answer.status)),
            Ok(Err(trouble)) => reads.failed.push(trouble.to_string()),
            Err(error) => reads.failed.push(error.to_string()),
        }
    }
    reads
}

/// The latency that so many percent of the requests did not exceed; zero without requests.
pub fn percentile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_smallest_latency_that_covers_its_share() {
        let durations: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&durations, 50), Duration::from_millis(100));
        assert_eq!(percentile(&durations, 99), Duration::from_millis(198));
        assert_eq!(percentile(&durations[..1], 99), Duration::from_millis(200));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
