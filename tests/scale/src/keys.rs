//! Finds the partition keys that many orders or rows share, and counts the items of each.

use std::collections::BTreeMap;

use adapter_dynamodb::shards::{LISTED_PRODUCT_SHARDS, OPEN_ORDER_SHARDS};

use crate::operations::{Operation, PRODUCTS};
use crate::usage::{Place, Units, Usage};

/// Write units per second of one partition key
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>). No quota raises
/// it.
pub const KEY_WRITES: u64 = 1_000;
/// Read units per second of one partition key.
pub const KEY_READS: u64 = 3_000;

/// Keys that differ in an id or a number only: a table or an index, and a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyKind {
    pub resource: String,
    pub pattern: String,
}

impl KeyKind {
    pub fn of(place: &Place) -> Self {
        let pattern = match place.index.as_deref() {
            Some("by-customer") => "a customer".to_owned(),
            _ => match place.key.split_once('#') {
                Some((kind, _)) if place.key != UPLOAD_COUNTER => format!("{kind}#…"),
                _ => place.key.clone(),
            },
        };
        Self {
            resource: place.resource(),
            pattern,
        }
    }

    /// How many keys of this kind all orders or rows share. `None` where each order, customer, row or upload has its
    /// own.
    pub fn shared(&self) -> Option<u64> {
        match (self.resource.as_str(), self.pattern.as_str()) {
            ("ProductsTable", "product#…") => Some(PRODUCTS.into()),
            ("ProductsTable/by-shard", "catalog#…") => Some(LISTED_PRODUCT_SHARDS.into()),
            ("OrdersTable/open-by-shard", _) => Some(OPEN_ORDER_SHARDS.into()),
            ("ProductsTable/by-sku" | "OrdersTable/open-orders", _) | (_, UPLOAD_COUNTER) => Some(1),
            _ => None,
        }
    }
}

const UPLOAD_COUNTER: &str = "counter#uploads";

/// The units of an operation or a path on each kind of key.
pub fn by_kind(usage: &Usage) -> BTreeMap<KeyKind, Units> {
    let mut kinds: BTreeMap<KeyKind, Units> = BTreeMap::new();
    for (place, units) in &usage.places {
        let sum = kinds.entry(KeyKind::of(place)).or_default();
        sum.writes += units.writes;
        sum.read_halves += units.read_halves;
    }
    kinds
}

/// How many keys of this kind the usage touched.
pub fn touched(usage: &Usage, kind: &KeyKind) -> usize {
    usage.places.keys().filter(|place| KeyKind::of(place) == *kind).count()
}

/// How often per second so many keys can take these units.
pub fn ceiling(units: Units, keys: u64) -> u64 {
    let writes = (keys * KEY_WRITES).checked_div(units.writes);
    let reads = (keys * KEY_READS * 2).checked_div(units.read_halves);
    writes.into_iter().chain(reads).min().unwrap_or(u64::MAX)
}

/// The usage of several operations together.
pub fn path(operations: &[Operation], names: &[&str]) -> Usage {
    let mut sum = Usage::default();
    for name in names {
        let operation = operations.iter().find(|operation| operation.name == *name);
        sum.add(&operation.unwrap_or_else(|| panic!("{name} is not an operation")).usage);
    }
    sum
}

/// The shared keys of a path with the ceiling that each sets, the hottest first.
pub fn shared_keys(usage: &Usage) -> Vec<(KeyKind, Units, u64, u64)> {
    let kinds = by_kind(usage).into_iter();
    let shared = kinds.filter_map(|(kind, units)| {
        let keys = kind.shared()?;
        Some((kind, units, keys, ceiling(units, keys)))
    });
    let mut shared: Vec<_> = shared.collect();
    shared.sort_by(|a, b| (a.3, &a.0).cmp(&(b.3, &b.0)));
    shared
}
