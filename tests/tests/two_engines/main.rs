//! Tests that the sagas behave the same on the local host's interpreter and on a third-party engine, for every failure
//! of every step of the committed files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod branches;
mod case;
mod cases;
mod compare;
mod files;
mod interpreter;
mod ministack;
mod steps;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;
use ministack::MiniStack;

/// Concurrent executions. Most of them wait, and each may run two functions.
const AT_ONCE: usize = 64;

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn every_order_and_every_cancel_behaves_the_same_on_both_engines() {
    let cases: Vec<Arc<Case>> = cases::all().into_iter().map(Arc::new).collect();
    let ministack = MiniStack::deploy(&cases);
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut differences = String::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else {
                return differences;
            };
            let ours = interpreter::run(number, case);
            let theirs = ministack.run(number, case);
            if let Some(difference) = compare::difference(case, ours, theirs) {
                writeln!(differences, "{}: {difference}", case.name).unwrap();
            }
        }
    };
    let differences: String = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    drop(ministack);
    assert!(differences.is_empty(), "{} cases\n{differences}", cases.len());
}
