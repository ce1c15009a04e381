//! Histories that failed in the past, each with its cause.

use std::sync::Arc;

use simulation::customers::{Action, Deed};
use simulation::design::Design;
use simulation::faults::{Fault, Kind, Nature, Plan, Point};
use simulation::history::History;
use simulation::world::Pace;

const SECOND_MS: i64 = 1_000;

fn write(place: &'static str, operation: &'static str, kind: Kind) -> Fault {
    let point = Point {
        place,
        operation,
        nth: 1,
        nature: Nature::Write,
    };
    Fault { point, kind }
}

/// The parking of the first saga arrived after the order had been redriven, confirmed and cancelled. It parked the
/// cancel with the name of an execution that had succeeded in the meantime, so the cancel could not be redriven.
#[test]
fn a_late_parking_does_not_park_another_saga() {
    let deeds = [
        (
            0,
            Deed::Place {
                request: 1,
                token: "tok_ok",
                units: [2, 1, 0],
            },
        ),
        (1_300, Deed::Redrive),
        (1_320, Deed::Cancel { request: 1 }),
    ];
    let late = Kind::Late {
        delay_ms: 1_220 * SECOND_MS,
    };
    let history = History {
        seed: 0,
        actions: deeds
            .into_iter()
            .map(|(at_seconds, deed)| Action {
                at_ms: at_seconds * SECOND_MS,
                deed,
            })
            .collect(),
        plan: Plan::Chosen(vec![
            write("saga-confirm-order", "stock.commit", Kind::Outage),
            write("saga-reconcile", "orders.park", late),
            write("saga-release-stock", "stock.give_back", Kind::Outage),
        ]),
        pace: Pace::Steady,
    };
    let report = history.run_with_timeline(&Arc::new(Design::ours().unwrap()));
    assert_eq!(report.violations, [], "{:#?}", report.timeline);
    assert_eq!(report.outcomes, ["PARKED, then CANCELLED"]);
    let was_late = report
        .timeline
        .iter()
        .any(|line| line.contains("LATE   saga-reconcile orders.park"));
    assert!(was_late, "{:#?}", report.timeline);
}
