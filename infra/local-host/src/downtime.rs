//! Records when no process ran, so that timeouts and retention do not count that time.
//!
//! A heartbeat is stored every few seconds. A gap behind it is a stopped process, or a laptop that slept: nothing could
//! have happened in it, and an order that waited through it is not late.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapter_embedded::Database;
use domain::ports::PortFailure;
use rusqlite::{Connection, OptionalExtension, params};

use crate::events::clock::now_ms;

const HEARTBEAT_EVERY: Duration = Duration::from_secs(2);
/// A shorter gap is a busy machine, and counts.
const GAP_MIN_MS: i64 = 10_000;
/// Gaps are kept longer than anything waits: an execution can be redriven for 14 days.
const GAPS_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// Of a host that restarts all the time, the newest gaps.
const GAPS_MAX: usize = 1_000;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS host_heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS host_downtimes (begin_ms INTEGER PRIMARY KEY, end_ms INTEGER NOT NULL) STRICT;
";

/// No process ran from `begin_ms` to `end_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    begin_ms: i64,
    end_ms: i64,
}

#[derive(Debug, Default)]
struct Record {
    /// When a process was last running.
    heartbeat_ms: i64,
    /// The oldest first; they do not overlap.
    gaps: Vec<Gap>,
}

/// The times in which no process ran.
#[derive(Debug)]
pub(crate) struct Downtimes {
    database: Database,
    record: Mutex<Record>,
}

impl Downtimes {
    /// Reads what earlier processes recorded. The time since the last of them ended is a gap.
    pub(crate) async fn open(database: Database) -> Result<Arc<Self>, PortFailure> {
        database.ensure_schema(SCHEMA).await?;
        let mut record = database.call("read heartbeat", read).await?;
        record.observe(now_ms());
        let downtimes = Self {
            database,
            record: Mutex::new(record),
        };
        downtimes.store().await?;
        Ok(Arc::new(downtimes))
    }

    /// Keeps the heartbeat until it is dropped.
    pub(crate) async fn keep_heartbeat(self: Arc<Self>) {
        loop {
            tokio::time::sleep(HEARTBEAT_EVERY).await;
            self.record().observe(now_ms());
            if let Err(failure) = self.store().await {
                tracing::error!(
                    error = &failure as &dyn std::error::Error,
                    "the heartbeat cannot be stored"
                );
            }
        }
    }

    /// How much of the time since an instant no process ran.
    pub(crate) fn since_ms(&self, unix_ms: i64) -> i64 {
        let mut record = self.record();
        // Before the heartbeat does: what asks may have woken up first.
        record.observe(now_ms());
        record.since_ms(unix_ms)
    }

    /// The instant from which on processes ran for so long, until now.
    pub(crate) fn running_since_ms(&self, now_ms: i64, running_ms: i64) -> i64 {
        let mut record = self.record();
        record.observe(now_ms);
        record.running_since_ms(now_ms, running_ms)
    }

    async fn store(&self) -> Result<(), PortFailure> {
        let (heartbeat_ms, gaps) = {
            let record = self.record();
            (record.heartbeat_ms, record.gaps.clone())
        };
        self.database
            .call("store heartbeat", move |connection| {
                store(connection, heartbeat_ms, &gaps)
            })
            .await
    }

    /// An observation cannot leave the record half changed.
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn observe(&mut self, now_ms: i64) {
        let gap = Gap {
            begin_ms: self.heartbeat_ms,
            end_ms: now_ms,
        };
        if now_ms.saturating_sub(self.heartbeat_ms) >= GAP_MIN_MS {
            // A clock that was set back may have been here before.
            self.gaps.retain(|before| before.begin_ms < gap.begin_ms);
            if let Some(last) = self.gaps.last_mut() {
                last.end_ms = last.end_ms.min(gap.begin_ms);
            }
            self.gaps.push(gap);
            let excess = self.gaps.len().saturating_sub(GAPS_MAX);
            self.gaps.drain(..excess);
            self.gaps.retain(|gap| gap.end_ms > now_ms - GAPS_KEPT_MS);
            let seconds = (gap.end_ms - gap.begin_ms) / 1_000;
            tracing::info!(seconds, "no process ran for a while; timeouts do not count it");
        }
        self.heartbeat_ms = now_ms;
    }

    fn since_ms(&self, unix_ms: i64) -> i64 {
        let overlaps = self
            .gaps
            .iter()
            .map(|gap| (gap.end_ms - gap.begin_ms.max(unix_ms)).max(0));
        overlaps.sum()
    }

    fn running_since_ms(&self, now_ms: i64, running_ms: i64) -> i64 {
        let mut since_ms = now_ms.saturating_sub(running_ms);
        for gap in self.gaps.iter().rev() {
            if gap.end_ms <= since_ms {
                break;
            }
            since_ms = since_ms.saturating_sub(gap.end_ms - gap.begin_ms);
        }
        since_ms
    }
}

fn read(connection: &Connection) -> rusqlite::Result<Record> {
    let heartbeat_ms: Option<i64> = connection
        .query_row("SELECT at_ms FROM host_heartbeat", [], |row| row.get(0))
        .optional()?;
    // Data of a version that kept no heartbeat: the last change of an order.
    let last_change_ms = || {
        connection
            .query_row(
                "SELECT at FROM order_stream ORDER BY sequence DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()
    };
    let heartbeat_ms = match heartbeat_ms {
        Some(heartbeat_ms) => heartbeat_ms,
        None => last_change_ms()?.unwrap_or_else(now_ms),
    };
    let gaps = connection
        .prepare("SELECT begin_ms, end_ms FROM host_downtimes ORDER BY begin_ms")?
        .query_map([], |row| {
            Ok(Gap {
                begin_ms: row.get(0)?,
                end_ms: row.get(1)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<Gap>>>()?;
    Ok(Record { heartbeat_ms, gaps })
}

fn store(connection: &Connection, heartbeat_ms: i64, gaps: &[Gap]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("REPLACE INTO host_heartbeat (id, at_ms) VALUES (1, ?1)")?
        .execute(params![heartbeat_ms])?;
    let stored: (usize, Option<i64>) = connection
        .prepare_cached("SELECT count(*), max(end_ms) FROM host_downtimes")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if stored == (gaps.len(), gaps.last().map(|gap| gap.end_ms)) {
        return Ok(());
    }
    connection.execute("DELETE FROM host_downtimes", [])?;
    for gap in gaps {
        connection
            .prepare_cached("REPLACE INTO host_downtimes (begin_ms, end_ms) VALUES (?1, ?2)")?
            .execute(params![gap.begin_ms, gap.end_ms])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 60 * 60 * 1_000;

    fn observed(instants_ms: &[i64]) -> Record {
        let mut record = Record {
            heartbeat_ms: instants_ms[0],
            gaps: Vec::new(),
        };
        for now_ms in instants_ms {
            record.observe(*now_ms);
        }
        record
    }

    #[test]
    fn a_gap_between_heartbeats_is_time_in_which_no_process_ran() {
        let awake = [0, 2_000, 4_000];
        let record = observed(&[&awake[..], &[4_000 + HOUR_MS, 6_000 + HOUR_MS, 6_000 + 3 * HOUR_MS]].concat());
        assert_eq!(record.since_ms(0), 3 * HOUR_MS);
        assert_eq!(
            record.since_ms(4_000 + HOUR_MS / 2),
            2 * HOUR_MS + HOUR_MS / 2,
            "from the middle of a gap"
        );
        assert_eq!(record.since_ms(5_000 + HOUR_MS), 2 * HOUR_MS);
        assert_eq!(record.since_ms(i64::MAX), 0);
    }

    #[test]
    fn a_busy_machine_has_no_gaps() {
        assert_eq!(observed(&[0, 2_000, 11_999, 21_998]).since_ms(0), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_and_forth_counts_each_instant_once() {
        let record = observed(&[
            2 * HOUR_MS,
            HOUR_MS,
            3 * HOUR_MS,
            2 * HOUR_MS,
            2 * HOUR_MS + HOUR_MS / 2,
        ]);
        assert!(record.since_ms(0) <= 2 * HOUR_MS, "{:?}", record.gaps);
    }

    #[test]
    fn retention_reaches_back_over_gaps() {
        let record = observed(&[0, 10_000 + HOUR_MS, 20_000 + HOUR_MS - 1]);
        let now_ms = 20_000 + HOUR_MS - 1;
        assert_eq!(record.running_since_ms(now_ms, 5_000), now_ms - 5_000);
        assert_eq!(
            record.running_since_ms(now_ms, 15_000),
            now_ms - 15_000 - (10_000 + HOUR_MS)
        );
    }

    #[test]
    fn old_gaps_are_forgotten() {
        let mut record = observed(&[0, HOUR_MS]);
        record.observe(HOUR_MS + GAPS_KEPT_MS);
        assert_eq!(record.gaps.len(), 1);
        for restart in 1..=i64::try_from(GAPS_MAX).unwrap() + 5 {
            record.observe(HOUR_MS + GAPS_KEPT_MS + restart * GAP_MIN_MS);
        }
        assert_eq!(record.gaps.len(), GAPS_MAX);
    }

    #[tokio::test]
    async fn the_time_between_two_processes_is_a_gap_and_recorded_once() {
        let database = Database::in_memory().unwrap();
        Downtimes::open(database.clone()).await.unwrap();
        let stop_for = |hours: i64| {
            database.call("stop", move |connection| {
                connection.execute("UPDATE host_heartbeat SET at_ms = at_ms - ?1", params![hours * HOUR_MS])
            })
        };
        let begin_ms = now_ms() - 5 * HOUR_MS;
        stop_for(2).await.unwrap();
        for _ in 0..2 {
            let downtimes = Downtimes::open(database.clone()).await.unwrap();
            let downtime_ms = downtimes.since_ms(begin_ms);
            assert!(
                (2 * HOUR_MS..2 * HOUR_MS + 60_000).contains(&downtime_ms),
                "{downtime_ms}"
            );
        }
    }

    #[tokio::test]
    async fn data_of_a_version_without_a_heartbeat_counts_from_the_last_change_of_an_order() {
        let database = Database::in_memory().unwrap();
        let changed_ms = now_ms() - 3 * HOUR_MS;
        let change = move |connection: &Connection| {
            connection.execute(
                "INSERT INTO order_stream (event_name, keys, at) VALUES ('INSERT', '{}', ?1)",
                params![changed_ms],
            )
        };
        database.call("change", change).await.unwrap();
        let downtimes = Downtimes::open(database).await.unwrap();
        assert!(downtimes.since_ms(0) >= 3 * HOUR_MS);
    }
}
