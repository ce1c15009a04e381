//! Totals of the shop's metrics since the host started, from the log lines that CloudWatch would read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

#[derive(Default)]
pub struct Counted {
    /// By metric and reason.
    totals: Mutex<BTreeMap<(String, Option<String>), u64>>,
}

impl Counted {
    /// Adds the numbers of a log line that holds metrics. `false` for any other line, which is left to the log.
    pub fn takes(&self, line: &str) -> bool {
        // Most lines hold no metrics. This check is cheaper than parsing them.
        if !line.contains("\"_aws\"") {
            return false;
        }
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return false;
        };
        let Some(directives) = line["_aws"]["CloudWatchMetrics"].as_array() else {
            return false;
        };
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
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
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = totals
            .iter()
            .map(|((name, reason), total)| json!({ "name": name, "reason": reason, "total": total }));
        shown.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_added_up_by_reason_and_other_lines_are_left_alone() {
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
        let expected = json!([
            {"name": "ColdStarts", "reason": null, "total": 2},
            {"name": "OrdersRejected", "reason": "out_of_stock", "total": 4},
        ]);
        assert_eq!(counted.to_json(), expected);
    }
}
