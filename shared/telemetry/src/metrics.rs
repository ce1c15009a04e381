//! Counts metrics for the running invocation.

use crate::metric::Metric;
use crate::observation;

/// Counts one, for the invocation that is running. Where none runs, nothing is counted.
pub fn count(metric: Metric) {
    add(metric, 1);
}

/// Counts several at once.
pub fn add(metric: Metric, number: u64) {
    observation::with(|observation| observation.counts.add(metric, number));
}

/// Counts one rejected order. A reason is a word of the code and never a text of somebody's, which its lifetime says.
pub fn count_rejection(reason: &'static str) {
    observation::with(|observation| {
        observation.counts.add(Metric::OrdersRejected, 1);
        observation.counts.reason = Some(reason);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_outside_an_invocation_does_nothing() {
        count(Metric::OrdersPlaced);
    }
}
