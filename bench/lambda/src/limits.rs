//! The limits of the benchmark: ratios between the shop's function and its peers.

use std::fmt::Write as _;

use crate::measure::Figures;
use crate::rounds::Measured;
use crate::subjects::{HELLO, NODE, OURS, OURS_WARMED_UP, PYTHON, USUAL};

const ZIP_TO_USUAL_MAX: f64 = 0.55;

type Of = fn(&Figures) -> f64;

struct Limit {
    says: &'static str,
    own: &'static str,
    of: Of,
    other: &'static str,
    at_most: f64,
}

const INIT: Of = |figures| figures.init_ms;
const FIRST: Of = |figures| figures.first_ms;
const BOTH: Of = Figures::init_and_first_ms;
const WARM: Of = |figures| figures.warm_us;
const PEAK: Of = |figures| figures.peak_mb;

const fn limit(says: &'static str, (own, of): (&'static str, Of), other: &'static str, at_most: f64) -> Limit {
    Limit {
        says,
        own,
        of,
        other,
        at_most,
    }
}

const LIMITS: [Limit; 12] = [
    limit("init, to usual", (OURS, INIT), USUAL, 0.35),
    limit("init, to hello", (OURS, INIT), HELLO, 1.0),
    limit("init and first, to usual", (OURS, BOTH), USUAL, 0.09),
    limit(
        "init and first, warmed up, to usual",
        (OURS_WARMED_UP, BOTH),
        USUAL,
        0.09,
    ),
    limit("first, warmed up, to usual", (OURS_WARMED_UP, FIRST), USUAL, 0.02),
    limit("init, warmed up, to usual", (OURS_WARMED_UP, INIT), USUAL, 0.60),
    limit("warm invocation, to usual", (OURS, WARM), USUAL, 0.55),
    limit("memory, to usual", (OURS, PEAK), USUAL, 0.50),
    limit("init, to Node", (OURS, INIT), NODE, 0.015),
    limit("init, to Python", (OURS, INIT), PYTHON, 0.008),
    limit("warm invocation, to Node", (OURS, WARM), NODE, 0.25),
    limit("warm invocation, to Python", (OURS, WARM), PYTHON, 0.25),
];

/// One row per limit whose two candidates were measured.
pub(crate) fn table(all: &[Measured]) -> String {
    let find = |name: &str| all.iter().find(|measured| measured.name == name);
    let mut text = String::from("| ratio | limit | measured | |\n|---|---|---|---|\n");
    for limit in &LIMITS {
        let (Some(own), Some(other)) = (find(limit.own), find(limit.other)) else {
            continue;
        };
        row(&mut text, limit.says, limit.at_most, own.ratio(limit.of, other));
    }
    if let (Some(own), Some(usual)) = (find(OURS), find(USUAL)) {
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        let ratio = own.zip_bytes as f64 / usual.zip_bytes as f64;
        row(&mut text, "zip, to usual", ZIP_TO_USUAL_MAX, ratio);
    }
    text
}

fn row(text: &mut String, says: &str, at_most: f64, measured: f64) {
    let verdict = if measured <= at_most { "met" } else { "**missed**" };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {says} | {at_most} | {measured:.3} | {verdict} |");
}
