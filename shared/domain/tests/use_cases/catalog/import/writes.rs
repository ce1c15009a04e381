//! Writes keep a table busy with little throttling, and lose no row.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use adapter_memory::time::SetClock;
use async_trait::async_trait;

use domain::catalog::import::writes::{RECORDS_AHEAD_MAX, ROWS_IN_FLIGHT_MAX, Writes};
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::ports::{Clock, Pause, PortFailure};
use domain::values::{Currency, Money, Sku, Timestamp};

use super::time::VirtualTime;

/// A table that grants so many writes per second and saves up what is not used for a while.
struct Limited {
    time: VirtualTime,
    latency: Duration,
    slower_by_ms: AtomicU64,
    /// Writes per second; other writers use some of them at times.
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
            slower_by_ms: AtomicU64::new(0),
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
        let slower_by = Duration::from_millis(self.slower_by_ms.load(Ordering::SeqCst));
        self.time.pause(slower_by + self.latency / 2).await;
        let granted = !self.is_stuck(version.byte_offset) && self.grants();
        self.time.pause(self.time.part_of(self.latency)).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        if self.fails_at == Some(version.byte_offset) {
            return Err(PortFailure::transient("write product", "the table failed"));
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
        details: ProductDetails::new("Mug", "", Money::new(100, Currency::parse("EUR").unwrap()).unwrap()),
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

/// The share of an import in a period: thousandths of the writes that the table grants, and of its calls that were
/// throttled.
#[derive(Debug)]
struct Share {
    used: u64,
    throttled: u64,
}

impl Share {
    async fn of(table: &Limited, writes: &mut Writes<'_>, from: &mut u64, seconds: u64) -> Self {
        let (calls, refused) = (table.calls.load(Ordering::SeqCst), table.refused.load(Ordering::SeqCst));
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
    for (granted, latency_ms, saves_up_ms, seconds) in [
        (200, 4, 100, 20),
        (1_000, 0, 10, 10),
        (1_000, 4, 100, 10),
        (1_000, 20, 5_000, 20),
        (5_000, 8, 100, 10),
    ] {
        let table = Limited::new(granted, latency_ms, saves_up_ms);
        let mut writes = table.writes();
        let share = Share::of(&table, &mut writes, &mut 0, seconds).await;
        assert!(
            share.used >= 950 && share.throttled < 20,
            "{granted} {latency_ms} {saves_up_ms}: {share:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_slows_down_for_others_and_speeds_up_afterwards() {
    let table = Limited::new(4_000, 4, 100);
    let mut writes = table.writes();
    let mut number = 0;
    Share::of(&table, &mut writes, &mut number, 2).await;
    // Orders take three quarters.
    table.granted.store(1_000, Ordering::SeqCst);
    let at_once = Share::of(&table, &mut writes, &mut number, 1).await;
    assert!(at_once.throttled < 300, "{at_once:?}");
    let later = Share::of(&table, &mut writes, &mut number, 4).await;
    assert!(later.throttled < 20 && later.used >= 950, "{later:?}");
    table.granted.store(4_000, Ordering::SeqCst);
    Share::of(&table, &mut writes, &mut number, 5).await;
    let again = Share::of(&table, &mut writes, &mut number, 2).await;
    assert!(again.used >= 950, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn fewer_rows_are_in_flight_where_answers_grow_slow() {
    let quick = Limited::new(1_000_000, 4, 100);
    let mut writes = quick.writes();
    for number in 0..40_000 {
        push(&mut writes, number).await.unwrap();
    }
    assert_eq!(quick.in_flight_max.load(Ordering::SeqCst), ROWS_IN_FLIGHT_MAX);
    quick.slower_by_ms.store(100, Ordering::SeqCst);
    for number in 40_000..45_000 {
        push(&mut writes, number).await.unwrap();
    }
    let in_flight = quick.in_flight.load(Ordering::SeqCst);
    assert!(in_flight < ROWS_IN_FLIGHT_MAX / 4, "{in_flight}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_row_is_sent_again_under_its_version_until_it_is_taken() {
    let table = Limited::new(100_000, 4, 100);
    *table.stuck.lock().unwrap() = Some((30, 12));
    let mut writes = table.writes();
    for number in 0..10 {
        push(&mut writes, number).await.unwrap();
    }
    writes.drain().await.unwrap();
    assert_eq!((writes.written(), writes.throttled()), (10, 12));
    assert_eq!(table.taken.lock().unwrap()["S3"], [30]);
    assert_eq!(table.count(), 10);
    assert_eq!(writes.durable_until(), 100);
}

#[tokio::test(start_paused = true)]
async fn one_row_that_is_throttled_for_long_lets_others_pass_up_to_a_limit() {
    let table = Limited::new(1_000_000, 0, 100);
    *table.stuck.lock().unwrap() = Some((0, u32::MAX));
    let mut writes = table.writes();
    let pushed = AtomicU64::new(0);
    let endless = async {
        for number in 0.. {
            push(&mut writes, number).await.unwrap();
            pushed.fetch_add(1, Ordering::SeqCst);
        }
    };
    // A caller that has no time left stops waiting.
    let stopped = tokio::time::timeout(Duration::from_mins(1), endless).await;
    assert!(stopped.is_err());
    assert_eq!(pushed.load(Ordering::SeqCst), RECORDS_AHEAD_MAX as u64);
    assert_eq!(writes.written(), RECORDS_AHEAD_MAX as u64 - 1);
    assert_eq!(writes.durable_until(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_row_before_the_durable_byte_is_written_at_any_moment() {
    let table = Limited::new(500, 16, 10);
    let mut writes = table.writes();
    let mut before = 0;
    for number in 0..500 {
        if number % 7 == 3 {
            writes.passed((number + 1) * RECORD_BYTES);
        } else {
            push(&mut writes, number).await.unwrap();
        }
        let durable_until = writes.durable_until();
        assert!(durable_until >= before);
        before = durable_until;
        let taken: Vec<u64> = table.taken.lock().unwrap().values().flatten().copied().collect();
        let needed = (0..durable_until / RECORD_BYTES).filter(|number| number % 7 != 3);
        for number in needed {
            assert!(taken.contains(&(number * RECORD_BYTES)), "{number} of {durable_until}");
        }
    }
    assert!(writes.durable_until() > 4_000, "it follows");
    writes.drain().await.unwrap();
    assert_eq!(writes.durable_until(), 5_000);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_returned_and_its_row_is_not_durable() {
    let mut table = Limited::new(100_000, 4, 100);
    table.fails_at = Some(50);
    let mut writes = table.writes();
    // So few that no row waits for an answer.
    for number in 3..7 {
        push(&mut writes, number).await.unwrap();
    }
    assert!(writes.drain().await.unwrap_err().transient);
    writes.drain().await.unwrap();
    assert_eq!((writes.written(), writes.durable_until()), (3, 50));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_stands_still_stops_no_row() {
    let stopped = SetClock::at(Timestamp::from_unix_ms(0));
    let table = Limited::new(100_000, 4, 100);
    let mut writes = Writes::new(&table, &stopped, &table.time, 0);
    for number in 0..1_000 {
        push(&mut writes, number).await.unwrap();
    }
    writes.drain().await.unwrap();
    assert_eq!(table.count(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn records_that_need_no_write_are_durable_at_once_behind_durable_ones() {
    let table = Limited::new(100_000, 4, 100);
    let mut writes = Writes::new(&table, &table.time, &table.time, 400);
    assert_eq!(writes.durable_until(), 400);
    writes.passed(500);
    assert_eq!(writes.durable_until(), 500);
    writes.push(row(50), version(50), 510).await.unwrap();
    writes.passed(520);
    writes.passed(530);
    assert_eq!(writes.durable_until(), 500);
    let waited = writes.meanwhile(table.time.pause(Duration::from_millis(50))).await;
    waited.unwrap();
    assert_eq!(writes.durable_until(), 530);
}

#[tokio::test(start_paused = true)]
async fn several_imports_share_a_table_and_the_last_one_uses_all_of_it() {
    const SECONDS: u64 = 20;
    for granted in [1_000, 5_000, 10_000] {
        // Seconds of work at all that is granted.
        for shares in [[5, 5, 5, 5], [4, 4, 4, 8]] {
            let table = Limited::new(granted, 4, 100);
            let import = async |number: usize| {
                let (before, seconds) = (shares[..number].iter().sum::<u64>(), shares[number]);
                let mut writes = table.writes();
                for row in before * granted..(before + seconds) * granted {
                    push(&mut writes, row).await.unwrap();
                }
                writes.drain().await.unwrap();
            };
            let began = table.time.now();
            tokio::join!(import(0), import(1), import(2), import(3));
            let took_ms = u64::try_from(table.time.now().unix_ms() - began.unix_ms()).unwrap();
            assert_eq!(table.count() as u64, SECONDS * granted);
            let used = SECONDS * 1_000_000 / took_ms;
            let throttled = table.refused.load(Ordering::SeqCst) * 1_000 / table.calls.load(Ordering::SeqCst);
            assert!(
                used >= 930 && throttled < 22,
                "{granted} {shares:?}: {used} {throttled}"
            );
        }
    }
}
