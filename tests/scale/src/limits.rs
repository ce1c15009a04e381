//! Grants each partition key so many units per second, and each table so many writes.
//!
//! A key saves up at most one second of units. On AWS a key may borrow more for a short time; the model does not count
//! on it.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::usage::{Place, Usage};

/// What DynamoDB grants per second.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub key_writes: u64,
    pub key_reads: u64,
    pub table_writes: u64,
}

/// The units of each place that are left.
#[derive(Debug, Default)]
pub struct Grants {
    writes: BTreeMap<Place, Bucket>,
    reads: BTreeMap<Place, Bucket>,
    tables: BTreeMap<String, Bucket>,
}

/// Units in thousandths, so that a millisecond of a small rate counts. Negative where an index owes units: it is
/// written behind its table.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    milli_units: i64,
    filled_at: Instant,
}

impl Bucket {
    fn of<'a, K: Ord + Clone>(buckets: &'a mut BTreeMap<K, Self>, key: &K, rate: u64, now: Instant) -> &'a mut Self {
        let full = milli(rate);
        let bucket = buckets.entry(key.clone()).or_insert(Self {
            milli_units: full,
            filled_at: now,
        });
        let elapsed_ms = i64::try_from(now.duration_since(bucket.filled_at).as_millis()).unwrap_or(i64::MAX);
        // A rate per second is as many thousandths per millisecond.
        let earned = elapsed_ms.saturating_mul(i64::try_from(rate).unwrap_or(i64::MAX));
        bucket.milli_units = bucket.milli_units.saturating_add(earned).min(full);
        bucket.filled_at = now;
        bucket
    }
}

fn milli(units: u64) -> i64 {
    i64::try_from(units.saturating_mul(1_000)).unwrap_or(i64::MAX)
}

impl Grants {
    /// Takes the units of a call, or nothing where one of its places has too few.
    ///
    /// An index is written after its table, so it may go into debt. A table is refused all writes while one of its
    /// indexes is in debt: DynamoDB calls it back-pressure
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html>).
    pub fn take(&mut self, limits: &Limits, usage: &Usage, now: Instant) -> bool {
        let writes = |place: &Place| usage.places[place].writes;
        let mut tables: BTreeMap<String, u64> = BTreeMap::new();
        for place in usage
            .places
            .keys()
            .filter(|place| place.index.is_none() && writes(place) > 0)
        {
            *tables.entry(place.table.clone()).or_default() += writes(place);
            if Bucket::of(&mut self.writes, place, limits.key_writes, now).milli_units < milli(writes(place)) {
                return false;
            }
        }
        for (table, units) in &tables {
            let in_debt = self.writes.iter_mut().any(|(place, bucket)| {
                let elapsed_ms = i64::try_from(now.duration_since(bucket.filled_at).as_millis()).unwrap_or(i64::MAX);
                let earned = elapsed_ms.saturating_mul(i64::try_from(limits.key_writes).unwrap_or(i64::MAX));
                place.index.is_some() && place.table == *table && bucket.milli_units.saturating_add(earned) < 0
            });
            let left = Bucket::of(&mut self.tables, table, limits.table_writes, now).milli_units;
            if in_debt || left < milli(*units) {
                return false;
            }
        }
        for (place, units) in &usage.places {
            let read = milli(units.read_halves) / 2;
            if read > 0 && Bucket::of(&mut self.reads, place, limits.key_reads, now).milli_units < read {
                return false;
            }
        }
        for (table, units) in tables {
            Bucket::of(&mut self.tables, &table, limits.table_writes, now).milli_units -= milli(units);
        }
        for (place, units) in &usage.places {
            if units.writes > 0 {
                Bucket::of(&mut self.writes, place, limits.key_writes, now).milli_units -= milli(units.writes);
            }
            if units.read_halves > 0 {
                Bucket::of(&mut self.reads, place, limits.key_reads, now).milli_units -= milli(units.read_halves) / 2;
            }
        }
        true
    }
}
