//! Spreads the entries of an index over several partition keys.
//!
//! DynamoDB grants one partition key 1,000 write units and 3,000 read units per second
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>), and a throttled
//! index throttles the writes of its table. An index with one partition key is therefore the ceiling of its table. A
//! reader asks every shard and merges the answers.

use sha2::{Digest as _, Sha256};

/// How many shards the listed products have. Only a new product writes to its shard, so an import can add 16,000
/// products per second. Each shard adds one query and half a read unit to every `GET /products`, so more would slow
/// every visitor for the sake of rare imports.
pub const LISTED_PRODUCT_SHARDS: u16 = 16;
/// How many shards each group of open orders has. An order writes to its shard twice: once when it is placed, in a
/// transaction, and once when its saga ends. That is at most three write units, so the shards take 42,000 orders per
/// second. Each shard adds one query and half a read unit to a sweep.
pub const OPEN_ORDER_SHARDS: u16 = 128;

/// The prefix of the key of every shard of products.
const LISTED: &str = "catalog";

/// Products, by SKU.
pub(crate) const LISTED_PRODUCTS: Shards = Shards {
    name: LISTED,
    count: LISTED_PRODUCT_SHARDS,
};

/// One group of entries of an index, such as the open orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shards {
    /// The prefix of every shard's key.
    name: &'static str,
    count: u16,
}

impl Shards {
    /// The shards of the orders whose attribute `open` has this value.
    pub(crate) const fn of_open_orders(name: &'static str) -> Self {
        Self {
            name,
            count: OPEN_ORDER_SHARDS,
        }
    }

    /// The key of the shard that the entry with this id belongs to. It depends on nothing but the id, so every writer
    /// chooses the same one.
    pub(crate) fn of(self, id: &str) -> String {
        let digest = Sha256::digest(id);
        let number = u16::from_be_bytes([digest[0], digest[1]]);
        self.key(number % self.count)
    }

    /// The keys of all shards.
    pub(crate) fn all(self) -> impl Iterator<Item = String> {
        (0..self.count).map(move |number| self.key(number))
    }

    fn key(self, number: u16) -> String {
        format!("{}#{number:03}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const IDS_PER_SHARD: u32 = 1_000;

    /// Stored in every item: another function would lose the entries of the old one.
    #[test]
    fn an_id_stays_in_its_shard_for_ever() {
        assert_eq!(LISTED_PRODUCTS.of("MUG-01"), "catalog#004");
        let open = Shards::of_open_orders("open");
        assert_eq!(open.of("0192e5a0-7c11-7b3a-9c5d-6a1f00000001"), "open#089");
        assert_eq!(
            Shards::of_open_orders("parked").of("0192e5a0-7c11-7b3a-9c5d-6a1f00000001"),
            "parked#089"
        );
    }

    #[test]
    fn every_shard_gets_its_part_of_consecutive_ids() {
        for shards in [LISTED_PRODUCTS, Shards::of_open_orders("open")] {
            let mut entries: BTreeMap<String, u32> = shards.all().map(|shard| (shard, 0)).collect();
            assert_eq!(entries.len(), usize::from(shards.count));
            for number in 0..u32::from(shards.count) * IDS_PER_SHARD {
                *entries.get_mut(&shards.of(&format!("SKU-{number:06}"))).unwrap() += 1;
            }
            for (shard, count) in entries {
                assert!(count.abs_diff(IDS_PER_SHARD) < IDS_PER_SHARD / 5, "{shard} has {count}");
            }
        }
    }
}
