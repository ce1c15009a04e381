//! Tests that every broken shop is detected: by which seed first, and which rule it violates.

use std::sync::Arc;

use simulation::design::Design;
use simulation::exhaustive::scenarios;
use simulation::faults::Plan;
use simulation::invariants::Invariant;
use simulation::random::{self, Failing};
use simulation::shrink::shrunk;
use simulation::variants::{ALL, CAUGHT_WITHIN, Variant};

fn variant(name: &str) -> (&'static Variant, Arc<Design>) {
    let mut all = ALL.iter().map(|variant| (variant, (variant.design)().unwrap()));
    let (variant, design) = all.find(|(_, design)| design.name == name).unwrap();
    (variant, Arc::new(design))
}

/// The first failing seed, and the first violated rule. The real shop violates no rule with this seed.
fn first_violation(name: &str) -> (u64, Invariant) {
    let (variant, design) = variant(name);
    let (_, failing) = random::run(&design, |seed| variant.history(seed), 0..CAUGHT_WITHIN, 1);
    let failing = failing.unwrap_or_else(|| panic!("{name} was not detected"));
    let ours = Arc::new(Design::ours().unwrap());
    assert_eq!(variant.history(failing.seed).run(&ours).violations, []);
    (failing.seed, failing.report.violations[0].invariant)
}

#[test]
fn without_a_tombstone_at_the_gateway_money_stays_held() {
    assert_eq!(
        first_violation("no tombstone at the gateway"),
        (432, Invariant::NothingStaysHeld)
    );
}

#[test]
fn without_a_tombstone_in_the_stock_units_are_lost() {
    assert_eq!(
        first_violation("no tombstone in the stock"),
        (13, Invariant::StockMatchesTheOrders)
    );
}

#[test]
fn with_a_random_capture_key_a_customer_pays_twice() {
    assert_eq!(
        first_violation("a random capture key"),
        (5, Invariant::CapturedAtMostOnce)
    );
}

#[test]
fn without_a_condition_units_are_subtracted_twice() {
    assert_eq!(
        first_violation("stock updated without a condition"),
        (49, Invariant::StockMatchesTheOrders)
    );
}

#[test]
fn with_a_swallowed_compensation_money_is_kept() {
    assert_eq!(
        first_violation("a swallowed compensation"),
        (34, Invariant::MoneyMatchesTheOrder)
    );
}

#[test]
fn with_get_and_then_put_one_request_becomes_two_orders() {
    assert_eq!(
        first_violation("get, then put, of the idempotency key"),
        (2, Invariant::TheReplyNeverChanges)
    );
}

#[test]
fn without_a_fence_a_late_attempt_becomes_a_second_order() {
    assert_eq!(
        first_violation("a lease without a fence"),
        (3, Invariant::TheReplyNeverChanges)
    );
}

#[test]
fn an_acknowledgement_before_the_write_loses_events() {
    assert_eq!(
        first_violation("acknowledged before the write"),
        (1, Invariant::AcknowledgedIsDurable)
    );
}

#[test]
fn the_airline_booking_takes_money_for_a_booking_that_it_cancels() {
    assert_eq!(
        first_violation("the airline booking"),
        (51, Invariant::StockMatchesTheOrders)
    );
    let (variant, design) = variant("the airline booking");
    let takes_money = |seed| {
        let report = variant.history(seed).run(&design);
        let mut invariants = report.violations.iter().map(|violation| violation.invariant);
        invariants.any(|invariant| invariant == Invariant::MoneyMatchesTheOrder)
    };
    assert!((0..CAUGHT_WITHIN).any(takes_money));
}

#[test]
fn the_long_lived_transaction_takes_the_money_twice() {
    assert_eq!(
        first_violation("the long-lived transaction"),
        (6, Invariant::CapturedAtMostOnce)
    );
}

#[test]
fn the_published_designs_are_right_without_faults() {
    for name in ["the airline booking", "the long-lived transaction"] {
        let (_, design) = variant(name);
        let unsupported = |name: &str| name == "cancelled" || name.contains("later");
        for scenario in scenarios().iter().filter(|scenario| !unsupported(scenario.name)) {
            let report = scenario.run(&design, Vec::new());
            assert_eq!(report.violations, [], "{name}, {}", scenario.name);
        }
    }
}

#[test]
fn a_failing_history_is_shortened() {
    let (variant, design) = variant("a random capture key");
    let whole = variant.history(5);
    let report = whole.run(&design);
    let failing = Failing { seed: 5, report };
    let shortest = shrunk(&design, &whole, &failing);
    let Plan::Chosen(faults) = &shortest.plan else {
        panic!("the faults are still random");
    };
    assert_eq!((shortest.actions.len(), faults.len()), (1, 1), "{shortest:?}");
    let report = shortest.run_with_timeline(&design);
    assert_eq!(report.violations[0].invariant, Invariant::CapturedAtMostOnce);
    let shows_the_fault = report
        .timeline
        .iter()
        .any(|line| line.contains("FAULT  saga-capture-payment"));
    assert!(shows_the_fault, "{:#?}", report.timeline);
}
