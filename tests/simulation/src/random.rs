//! Runs random histories: orders, cancels, retries, restocks and faults from a seed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use progress::Progress;

use crate::coverage;
use crate::customers::{Action, Deed};
use crate::design::{Design, PRODUCTS};
use crate::exhaustive::Summary;
use crate::faults::{Plan, Storm};
use crate::history::{History, Report};
use crate::scheduler::lock;
use crate::world::Pace;

/// The payment tokens; the accepted one is more frequent than the others.
const TOKENS: [&str; 14] = [
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_declined",
    "tok_insufficient_funds",
    "tok_capture_fails",
    "tok_down",
    "tok_flaky",
    "tok_later_ok",
    "tok_later_declined",
    "tok_later_twice",
    "tok_later_reordered",
    "tok_later_silent",
];
const REQUESTS_MAX: u8 = 4;
const FAULTS_MAX: usize = 6;
/// One in this many points has a fault: from many faults to few.
const ONE_IN: [u32; 4] = [8, 25, 60, 120];
/// Half of the histories begin without faults, for up to this many points, so that late steps get their share of
/// faults.
const BEGINNING_POINTS: usize = 250;
/// The same if all faults are in one place.
const ONE_IN_THERE: u32 = 3;
/// All customers place their first request within this time.
const CUSTOMERS_MS: i64 = 4_000;
/// A retry comes within this time.
const AGAIN_MS: i64 = 30_000;
/// A late cancel comes within this time.
const REGRET_MS: i64 = 2 * 60 * 60 * 1_000;
/// An operator acts within this time, while faults go on.
const OPERATOR_MS: i64 = 90 * 60 * 1_000;
const RESTOCKED_MAX: i64 = 5;

/// The history of this seed.
pub fn history(seed: u64) -> History {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut actions = Vec::new();
    for request in 1..=chance.u8(1..=REQUESTS_MAX) {
        let at_ms = chance.i64(0..CUSTOMERS_MS);
        let units = [chance.u32(0..=3), chance.u32(0..=2), u32::from(chance.u8(0..12) == 0)];
        let deed = Deed::Place {
            request,
            token: chance.choice(TOKENS).unwrap_or("tok_ok"),
            units: if units == [0, 0, 0] { [1, 0, 0] } else { units },
        };
        actions.push(Action {
            at_ms,
            deed: deed.clone(),
        });
        if chance.u8(0..3) == 0 {
            // A retry at once, or much later.
            let wait_ms = if chance.bool() {
                chance.i64(1..100)
            } else {
                chance.i64(0..AGAIN_MS)
            };
            actions.push(Action {
                at_ms: at_ms + wait_ms,
                deed,
            });
        }
        if chance.u8(0..3) == 0 {
            let wait_ms = if chance.bool() { AGAIN_MS } else { REGRET_MS };
            actions.push(Action {
                at_ms: at_ms + chance.i64(0..wait_ms),
                deed: Deed::Cancel { request },
            });
        }
    }
    if chance.u8(0..3) == 0 {
        let deed = Deed::Restock {
            product: chance.usize(0..PRODUCTS.len() - 1),
            units: chance.i64(1..=RESTOCKED_MAX),
        };
        let at_ms = chance.i64(0..AGAIN_MS);
        actions.push(Action { at_ms, deed });
    }
    if chance.u8(0..3) == 0 {
        for _ in 0..chance.u8(1..=3) {
            let at_ms = chance.i64(0..OPERATOR_MS);
            actions.push(Action {
                at_ms,
                deed: Deed::Redrive,
            });
        }
    }
    let storm = storm(&mut chance);
    History {
        seed,
        actions,
        plan: Plan::Drawn(storm),
        pace: Pace::Drawn,
    }
}

/// Few faults everywhere, or many faults in one place.
fn storm(chance: &mut fastrand::Rng) -> Storm {
    let after = if chance.bool() {
        0
    } else {
        chance.usize(0..BEGINNING_POINTS)
    };
    let most = chance.usize(0..=FAULTS_MAX);
    if chance.bool() {
        Storm {
            after,
            one_in: chance.choice(ONE_IN).unwrap_or(ONE_IN[0]),
            most,
            only: None,
        }
    } else {
        Storm {
            after: 0,
            one_in: ONE_IN_THERE,
            most,
            only: chance.choice(coverage::places()),
        }
    }
}

/// A seed whose history violated a rule.
#[derive(Debug)]
pub struct Failing {
    pub seed: u64,
    pub report: Report,
}

/// Runs the histories of these seeds, and returns the first seed that failed.
pub fn run(
    design: &Arc<Design>,
    make: impl Fn(u64) -> History + Sync,
    seeds: std::ops::Range<u64>,
    threads: usize,
) -> (Summary, Option<Failing>) {
    let (next, is_over) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let shared = Mutex::new((Summary::default(), None::<Failing>));
    let progress = Progress::start("random histories", "histories", seeds.end.saturating_sub(seeds.start));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Summary::default();
                // All seeds before the failing one are tried, so that the result is the same on every machine.
                while !is_over.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let report = make(seed).run(design);
                    own.count(&report);
                    progress.advance();
                    if !report.violations.is_empty() {
                        is_over.store(true, Ordering::Relaxed);
                        let first = &mut lock(&shared).1;
                        if first.as_ref().is_none_or(|first| first.seed > seed) {
                            *first = Some(Failing { seed, report });
                        }
                    }
                }
                lock(&shared).0.merge(own);
            });
        }
    });
    shared.into_inner().unwrap_or_else(PoisonError::into_inner)
}
