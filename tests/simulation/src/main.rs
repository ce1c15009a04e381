//! What does `cargo xtask simulate` run?
#![expect(clippy::print_stdout, reason = "a command line tool talks to the terminal")]
use std::sync::Arc;
use simulation::customers::{Action, Deed};
use simulation::design::Design;
use simulation::faults::Plan;
use simulation::history::History;
use simulation::world::Pace;

fn main() {
    let Ok(design) = Design::ours() else { return };
    let design = Arc::new(design);
    let history = History { seed: 1, actions: vec![Action { at_ms: 0, deed: Deed::Place { request: 1, token: "tok_ok", units: [2, 1] } }, Action { at_ms: 60_000, deed: Deed::Cancel { request: 1 } }], plan: Plan::Chosen(vec![]), pace: Pace::Steady };
    let report = history.run_told(&design);
    for line in &report.timeline { println!("{line}"); }
    println!("{:?} {:?} {} points", report.outcomes, report.violations, report.reached.len());
    let t = std::time::Instant::now();
    for _ in 0..300 { history.run(&design); }
    println!("{:?} per history", t.elapsed() / 300);
}
