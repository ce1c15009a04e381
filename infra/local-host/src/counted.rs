//! Totals of the shop's metrics since the host started, from the log lines that CloudWatch would read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::event_log::running;

/// The field of a log line about a stored item that cannot be read and is skipped.
const UNREADABLE_ITEM: &str = "\"unreadable_item\":";
const UNREADABLE_ITEMS: &str = "UnreadableItems";

/// Metrics and their totals.
#[derive(Default)]
pub struct Counted {
    totals: Mutex<Totals>,
}

/// By metric and reason.
type Totals = BTreeMap<(String, Option<String>), u64>;

impl Counted {
    /// Whether a log line carries metrics; then its numbers are added, and the line need not be printed. A line about a
    /// stored item that cannot be read is counted too, and is printed. Lines that are printed are also kept with the
    /// invocation that wrote them, for the console.
    pub fn takes(&self, line: &str) -> bool {
        let is_taken = self.adds(line);
        if !is_taken {
            running::keep_line(line);
        }
        is_taken
    }

    fn adds(&self, line: &str) -> bool {
        if line.contains(UNREADABLE_ITEM) {
            *self.totals().entry((UNREADABLE_ITEMS.to_owned(), None)).or_default() += 1;
            return false;
        }
        // Most lines are not about metrics; a search for the marker is cheaper than parsing each of them.
        if !line.contains("\"_aws\"") {
            return false;
        }
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return false;
        };
        let Some(directives) = line["_aws"]["CloudWatchMetrics"].as_array() else {
            return false;
        };
        let mut totals = self.totals();
        for directive in directives {
            let has_reason = directive["Dimensions"].to_string().contains("\"Reason\"");
            let reason = line["Reason"].as_str().filter(|_| has_reason).map(str::to_owned);
            for metric in directive["Metrics"].as_array().into_iter().flatten() {
                let name = metric["Name"].as_str().unwrap_or_default();
                let number = line[name].as_u64().unwrap_or_default();
                *totals.entry((name.to_owned(), reason.clone())).or_default() += number;
            }
        }
        true
    }

    pub(crate) fn to_json(&self) -> Value {
        let totals = self.totals();
        let shown = totals
            .iter()
            .map(|((name, reason), total)| json!({ "name": name, "reason": reason, "total": total }));
        shown.collect()
    }

    /// Adding to a total cannot leave it half changed.
    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_summed_by_reason_and_other_lines_are_left_alone() {
        let counted = Counted::default();
        let line = json!({
            "_aws": {"CloudWatchMetrics": [
                {"Dimensions": [["Stage"], ["Stage", "Reason"]], "Metrics": [{"Name": "OrdersRejected"}]},
                {"Dimensions": [["Stage"]], "Metrics": [{"Name": "ColdStarts"}]},
            ]},
            "Reason": "out_of_stock", "OrdersRejected": 2, "ColdStarts": 1,
        });
        for _ in 0..2 {
            assert!(counted.takes(&line.to_string()));
        }
        assert!(!counted.takes(r#"{"message":"_aws \"_aws\""}"#));
        assert!(!counted.takes("\"_aws\""));
        let skipped = r#"{"message":"a stored row cannot be read and is skipped","unreadable_item":"order-1"}"#;
        assert!(!counted.takes(skipped), "it stays in the log");
        let expected = json!([
            {"name": "ColdStarts", "reason": null, "total": 2},
            {"name": "OrdersRejected", "reason": "out_of_stock", "total": 4},
            {"name": "UnreadableItems", "reason": null, "total": 1},
        ]);
        assert_eq!(counted.to_json(), expected);
    }
}
