//! Counts metrics for the running invocation.

use crate::metric::{Counts, Metric};
use crate::observation;

/// Adds one to a metric of the running invocation. Outside an invocation this does nothing.
pub fn count(metric: Metric) {
    add(metric, 1);
}

/// Adds a number to a metric of the running invocation.
pub fn add(metric: Metric, number: u64) {
    observation::with(|observation| observation.counts.add(metric, number));
}

/// Counts one rejected order. The reason is a constant of the code, hence `'static`: it must not be a text of a caller.
pub fn count_rejection(reason: &'static str) {
    observation::with(|observation| {
        observation.counts.add(Metric::OrdersRejected, 1);
        observation.counts.reason = Some(reason);
    });
}

/// Reports that a function cannot start, which is a fault of its version. Needs no invocation: none runs yet.
pub fn report_failed_start() {
    let mut counts = Counts::default();
    counts.add(Metric::Faults, 1);
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    counts.write_line(&function, "none");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_outside_an_invocation_does_nothing() {
        count(Metric::OrdersPlaced);
    }
}
