//! Tests that the real shop violates no rule: a part of `cargo xtask simulate` that is small enough for every build.

use std::sync::Arc;

use simulation::coverage;
use simulation::design::Design;
use simulation::exhaustive::{self, Depth, scenarios};
use simulation::random;

/// `cargo xtask simulate` runs 10,000.
const SEEDS: u64 = 500;

fn ours() -> Arc<Design> {
    Arc::new(Design::ours().unwrap())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn without_a_fault_every_order_ends_according_to_its_payment() {
    let ends = [
        ("tok_ok", "CONFIRMED"),
        ("tok_declined", "REJECTED (payment_declined)"),
        ("tok_insufficient_funds", "REJECTED (insufficient_funds)"),
        ("tok_capture_fails", "REJECTED (capture_refused)"),
        ("tok_down", "REJECTED (payment_unavailable)"),
        ("tok_flaky", "CONFIRMED"),
        ("tok_later_ok", "CONFIRMED"),
        ("tok_later_declined", "REJECTED (payment_declined)"),
        ("tok_later_twice", "CONFIRMED"),
        ("tok_later_reordered", "CONFIRMED"),
        ("tok_later_silent", "REJECTED (payment_unavailable)"),
        (
            "out of stock, paid at once by a provider that answers later",
            "REJECTED (out_of_stock)",
        ),
        ("out of stock", "REJECTED (out_of_stock)"),
        ("requested twice", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
    ];
    let design = ours();
    for (name, end) in ends {
        let scenario = scenarios().into_iter().find(|scenario| scenario.name == name).unwrap();
        let report = scenario.run(&design, Vec::new());
        assert_eq!(report.outcomes, [end], "{name}");
        assert_eq!(report.violations, [], "{name}");
    }
}

#[test]
fn no_single_fault_breaks_a_rule() {
    let summary = exhaustive::run(&ours(), &scenarios(), Depth::Single, threads());
    assert!(summary.findings.is_empty(), "{:#?}", summary.findings);
    assert_eq!(coverage::unknown(&summary), []);
}

#[test]
fn no_drawn_history_breaks_a_rule() {
    let (_, failing) = random::run(&ours(), random::history, 0..SEEDS, threads());
    assert!(failing.is_none(), "{failing:#?}");
}

#[test]
fn the_same_seed_gives_the_same_timeline() {
    let design = ours();
    for seed in 0..20 {
        let [first, second] = [(); 2].map(|()| random::history(seed).run_with_timeline(&design));
        assert!(!first.timeline.is_empty());
        assert_eq!(first.timeline, second.timeline, "seed {seed}");
        assert_eq!(first.outcomes, second.outcomes, "seed {seed}");
    }
}
