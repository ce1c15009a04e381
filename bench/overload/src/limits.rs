//! What the local host promises under overload, and which of the promises a measurement breaks.

use std::time::Duration;

use crate::load::percentile;
use crate::measure::{Measurement, Overload};

/// Accepted orders per second under overload, as a share of the best rate.
const THROUGHPUT_SHARE_MIN: f64 = 0.8;
const ACCEPTED_P99_MAX: Duration = Duration::from_secs(2);
const READ_P99_MAX: Duration = Duration::from_millis(100);
const RECOVERY_MAX: Duration = Duration::from_secs(5);
const MEMORY_MAX_KB: u64 = 120 * 1_024;

/// Broken promises that no speed of the machine excuses: lost orders, refusals without `Retry-After`, failed reads.
pub fn broken_structure(measurement: &Measurement) -> Vec<String> {
    let mut broken = Vec::new();
    if !measurement.unfinished.is_empty() {
        let (count, first) = (measurement.unfinished.len(), &measurement.unfinished[0]);
        broken.push(format!(
            "{count} accepted orders are not CONFIRMED, the first one {first}"
        ));
    }
    for overload in &measurement.overloads {
        let at = format!("at {} times the best rate", overload.factor);
        let Overload { answers, reads, .. } = overload;
        if answers.refused_without_retry_after > 0 {
            let count = answers.refused_without_retry_after;
            broken.push(format!("{at}: {count} refusals have no Retry-After"));
        }
        if let Some(first) = answers.failed.first() {
            broken.push(format!(
                "{at}: {} orders failed, the first one with {first}",
                answers.failed.len()
            ));
        }
        if let Some(first) = reads.failed.first() {
            broken.push(format!(
                "{at}: {} reads failed, the first one with {first}",
                reads.failed.len()
            ));
        }
        if overload.drained.is_none() {
            broken.push(format!("{at}: some sagas did not finish"));
        }
    }
    broken
}

/// All broken promises, those about speed and memory included.
pub fn broken(measurement: &Measurement) -> Vec<String> {
    let mut broken = broken_structure(measurement);
    let best = measurement.best.accepted_per_second();
    for overload in &measurement.overloads {
        let at = format!("at {} times the best rate", overload.factor);
        let share = overload.answers.accepted_per_second() / best.max(f64::MIN_POSITIVE);
        if share < THROUGHPUT_SHARE_MIN {
            broken.push(format!("{at}: throughput is {:.0} % of the best", share * 100.0));
        }
        let accepted = percentile(&overload.answers.accepted, 99);
        if accepted > ACCEPTED_P99_MAX {
            broken.push(format!("{at}: p99 of accepted orders is {accepted:.1?}"));
        }
        let read = percentile(&overload.reads.served, 99);
        if read > READ_P99_MAX {
            broken.push(format!("{at}: p99 of public reads is {read:.1?}"));
        }
        if overload.recovery.is_none_or(|recovery| recovery > RECOVERY_MAX) {
            broken.push(format!("{at}: not back to normal within {RECOVERY_MAX:?}"));
        }
    }
    if measurement.peak_memory_kb > MEMORY_MAX_KB {
        broken.push(format!("peak memory is {} MB", measurement.peak_memory_kb / 1_024));
    }
    broken
}
