//! Decides which calls a fault hits: the same sequence for every host.

use std::sync::atomic::{AtomicU64, Ordering};

/// Any number will do. With a fixed one the n-th call is hit in every run, or in none.
const SEED: u64 = 0x706f_7073_686f_7021;
/// The step of `SplitMix64` (<https://prng.di.unimi.it/splitmix64.c>).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hits one of so many calls, irregularly: a regular pattern would hit the same call of each invocation.
pub(super) struct Chance {
    one_in: u64,
    state: AtomicU64,
}

impl Chance {
    /// `one_in` is at least 1.
    pub(super) fn one_in(one_in: u64) -> Self {
        Self {
            one_in: one_in.max(1),
            state: AtomicU64::new(SEED),
        }
    }

    pub(super) fn next_is_hit(&self) -> bool {
        let state = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).is_multiple_of(self.one_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_calls_are_hit_in_every_run_and_about_as_many_as_stated() {
        let hits = || {
            let chance = Chance::one_in(20);
            (0..10_000).filter(|_| chance.next_is_hit()).collect::<Vec<u32>>()
        };
        assert_eq!(hits(), hits());
        assert!((400..600).contains(&hits().len()), "{}", hits().len());
    }
}
