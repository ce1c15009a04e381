//! The names of the switches, the values they accept, and the pattern that survives each.

use serde_json::{Value, json};

use super::payments::{PaymentsMode, SLOW_ANSWER};
use super::rates::{LOST_FUNCTION_ANSWERS_ONE_IN, LOST_PORT_ANSWERS_ONE_IN, REORDER_HOLD, THROTTLED_ONE_IN};

/// The page that describes every switch, each under a heading with its name.
const PAGE: &str = "docs/patterns.md";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    DuplicateEvents,
    ReorderEvents,
    LoseAnswers,
    ThrottleTables,
    Payments,
    Crash,
}

impl Switch {
    pub(super) const ALL: [Self; 6] = [
        Self::DuplicateEvents,
        Self::ReorderEvents,
        Self::LoseAnswers,
        Self::ThrottleTables,
        Self::Payments,
        Self::Crash,
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|switch| switch.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DuplicateEvents => "duplicate_events",
            Self::ReorderEvents => "reorder_events",
            Self::LoseAnswers => "lose_answers",
            Self::ThrottleTables => "throttle_tables",
            Self::Payments => "payments",
            Self::Crash => "crash",
        }
    }

    pub(super) fn values(self) -> Value {
        match self {
            Self::Payments => json!(PaymentsMode::ALL.map(PaymentsMode::as_str)),
            Self::Crash => json!([true]),
            _ => json!([false, true]),
        }
    }

    pub(super) fn accepts(self, value: &Value) -> bool {
        let values = self.values();
        values.as_array().is_some_and(|values| values.contains(value))
    }

    /// One sentence.
    pub(super) fn effect(self) -> String {
        match self {
            Self::DuplicateEvents => {
                "Every stream batch, queue message, bus event and object event is delivered twice.".to_owned()
            }
            Self::ReorderEvents => format!(
                "The messages of a queue batch arrive in reverse, and every second batch or bus event arrives {} ms late, \
                 behind its successors; the order stream keeps its order, as DynamoDB promises.",
                REORDER_HOLD.as_millis()
            ),
            Self::LoseAnswers => format!(
                "One of {LOST_FUNCTION_ANSWERS_ONE_IN} invocations and one of {LOST_PORT_ANSWERS_ONE_IN} port calls takes \
                 effect, and then its answer is lost."
            ),
            Self::ThrottleTables => {
                format!("One of {THROTTLED_ONE_IN} calls of a table is refused as throttled, before it takes effect.")
            }
            Self::Payments => format!(
                "\"slow\": each answer of the payment gateway takes {} s longer; \"down\": it does not answer.",
                SLOW_ANSWER.as_secs()
            ),
            Self::Crash => "The process ends as by kill -9 and starts again.".to_owned(),
        }
    }

    /// The row of the page's table that explains why the shop survives.
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::DuplicateEvents => "Idempotency key with lease and fence",
            Self::ReorderEvents => "Conditional write by version",
            Self::LoseAnswers => "Claim before send",
            Self::ThrottleTables => "Partial batch response",
            Self::Payments => "Saga with compensation",
            Self::Crash => "Durable execution by replay",
        }
    }

    pub(super) fn page(self) -> String {
        format!("{PAGE}#{}", self.name())
    }
}
