//! Is a table kept busy without being pushed, and is nothing lost on the way?

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;

use super::durable::RECORDS_AHEAD_MAX;
use super::*;
use crate::catalog::import::fakes::{VirtualTime, trouble};
use crate::values::{Currency, Money, Sku};

/// A table that grants so many writes per second and saves up what is not used for a while.
struct Limited {
    time: VirtualTime,
    latency: Duration,
    /// Writes per second; others take some of them now and then.
    granted: AtomicU64,
    saves_up_ms: u64,
    bucket: Mutex<Bucket>,
    taken: Mutex<BTreeMap<String, Vec<u64>>>,
    calls: AtomicU64,
    refused: AtomicU64,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    /// The row at this offset is refused so many times, whatever is granted.
    stuck: Mutex<Option<(u64, u32)>>,
    fails_at: Option<u64>,
}

struct Bucket {
    millionths: u64,
    filled_at: Timestamp,
}

impl Limited {
    fn new(granted: u64, latency_ms: u64, saves_up_ms: u64) -> Self {
        let time = VirtualTime::begin();
        let filled_at = time.now();
        Self {
            time,
            latency: Duration::from_millis(latency_ms),
            granted: AtomicU64::new(granted),
            saves_up_ms,
            bucket: Mutex::new(Bucket {
                millionths: granted * saves_up_ms * 1_000,
                filled_at,
            }),
            taken: Mutex::default(),
            calls: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            in_flight_max: AtomicUsize::new(0),
            stuck: Mutex::new(None),
            fails_at: None,
        }
    }

    fn grants(&self) -> bool {
        let mut bucket = self.bucket.lock().unwrap();
        let (now, granted) = (self.time.now(), self.granted.load(Ordering::SeqCst));
        let passed = u64::try_from(now.unix_ms() - bucket.filled_at.unix_ms()).unwrap();
        bucket.filled_at = now;
        let most = (granted * self.saves_up_ms * 1_000).max(1_000_000);
        bucket.millionths = (bucket.millionths + passed * granted * 1_000).min(most);
        let left = bucket.millionths.checked_sub(1_000_000);
        bucket.millionths = left.unwrap_or(bucket.millionths);
        left.is_some()
    }

    fn is_stuck(&self, offset: u64) -> bool {
        match self.stuck.lock().unwrap().as_mut() {
            Some((stuck, left)) if *stuck == offset && *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn count(&self) -> usize {
        self.taken.lock().unwrap().values().map(Vec::len).sum()
    }

    fn writes(&self) -> Writes<'_> {
        Writes::new(self, &self.time, &self.time, 0)
    }
}

#[async_trait]
impl CatalogWriter for Limited {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        _: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.in_flight_max.fetch_max(in_flight, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::SeqCst);
        // Rows overtake each other.
        self.time.pause(self.latency / 2).await;
        let granted = !self.is_stuck(version.byte_offset) && self.grants();
        self.time.pause(self.time.part_of(self.latency)).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        if self.fails_at == Some(version.byte_offset) {
            return Err(trouble("write product"));
        }
        if !granted {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Ok(ApplyOutcome::Throttled);
        }
        let mut taken = self.taken.lock().unwrap();
        taken.entry(row.sku.to_string()).or_default().push(version.byte_offset);
        Ok(ApplyOutcome::Applied)
    }
}

const RECORD_BYTES: u64 = 10;

fn row(number: u64) -> CatalogRow {
    CatalogRow {
        sku: Sku::parse(&format!("S{number}")).unwrap(),
        name: "Mug".to_owned(),
        description: String::new(),
        price: Money::new(100, Currency::parse("EUR").unwrap()).unwrap(),
        stock: 1,
    }
}

fn version(number: u64) -> CatalogVersion {
    CatalogVersion {
        upload_sequence: 1,
        byte_offset: number * RECORD_BYTES,
    }
}

async fn push(writes: &mut Writes<'_>, number: u64) -> Result<(), PortFailure> {
    writes
        .push(row(number), version(number), (number + 1) * RECORD_BYTES)
        .await
}

/// How the import did in a stretch of time: thousandths of what the table grants, and of its calls that were throttled.
#[derive(Debug)]
struct Share {
    used: u64,
    throttled: u64,
}

impl Share {
    async fn of(table: &Limited, writes: &mut Writes<'_>, from: &mut u64, seconds: u64) -> Self {
        let (calls, refused) = (
            table.calls.load(Ordering::SeqCst),
            table.refused.load(Ordering::SeqCst),
        );
        let (written, began) = (writes.written(), table.time.now());
        while table.time.now() < began.plus(Duration::from_secs(seconds)) {
            push(writes, *from).await.unwrap();
            *from += 1;
        }
        let took_ms = u64::try_from(table.time.now().unix_ms() - began.unix_ms()).unwrap();
        let granted = table.granted.load(Ordering::SeqCst) * took_ms / 1_000;
        Self {
            used: (writes.written() - written) * 1_000 / granted,
            throttled: (table.refused.load(Ordering::SeqCst) - refused) * 1_000
                / (table.calls.load(Ordering::SeqCst) - calls),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_is_kept_busy_with_few_calls_throttled() {
    for (granted, latency_ms, saves_up_ms) in [
        (200, 4, 100),
        (1_000, 0, 10),
        (1_000, 4, 100),
        (1_000, 4, 1_000),
        (1_000, 20, 5_000),
        (10_000, 0, 10),
        (10_000, 4, 100),
        (10_000, 8, 1_000),
        (20_000, 4, 100),
    ] {
        let table = Limited::new(granted, latency_ms, saves_up_ms);
        let mut writes = table.writes();
        let share = Share::of(&table, &mut writes, &mut 0, 30).await;
        eprintln!("{granted} {latency_ms} {saves_up_ms}: {share:?}");
    }
}
