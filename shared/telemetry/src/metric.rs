//! The metrics of the shop, and the line in the Embedded Metric Format that reports those of one invocation to
//! CloudWatch.
//!
//! CloudWatch extracts the numbers from the log line, so the function makes no call. An invocation that counted nothing
//! writes no line.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

/// The CloudWatch namespace of all metrics.
pub const NAMESPACE: &str = "Popshop";
const SERVICE: &str = "popshop";
/// The stage if the variable `STAGE` is not set, as on the local host.
const STAGE_BY_DEFAULT: &str = "local";
const VERSION_BY_DEFAULT: &str = "$LATEST";
/// Lambda sets it: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.
const VERSION_VARIABLE: &str = "AWS_LAMBDA_FUNCTION_VERSION";

/// Log events with this target contain a complete line.
pub(crate) const LINE_TARGET: &str = "telemetry::metrics";

/// All metrics. Only these can be counted, each with fixed dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Accepted orders, without replays of idempotent requests.
    OrdersPlaced,
    /// Orders whose saga confirmed them.
    OrdersConfirmed,
    /// Orders whose saga rejected them, by reason.
    OrdersRejected,
    /// Orders that wait for an operator.
    OrdersParked,
    /// Compensating steps of sagas.
    CompensationsRun,
    /// Photos with a finished thumbnail.
    PhotosRendered,
    /// Photos that are not accepted.
    PhotosRejected,
    /// Rows of catalogs that were written to the table.
    CatalogRowsWritten,
    /// Rows of catalogs with faults.
    CatalogRowsRejected,
    /// Catalogs that are not accepted as a whole.
    CatalogsRejected,
    /// First invocations of an execution environment.
    ColdStarts,
    /// Retries of calls to AWS.
    Retries,
    /// Calls to AWS that were throttled.
    Throttles,
    /// Answers with a status of 500 and more, failed records, and steps that ended by a fault of ours.
    Faults,
    /// Stored items that a list had to leave out because they cannot be read.
    UnreadableItems,
}

impl Metric {
    /// All metrics, in the order of their declaration.
    pub const ALL: [Self; 15] = [
        Self::OrdersPlaced,
        Self::OrdersConfirmed,
        Self::OrdersRejected,
        Self::OrdersParked,
        Self::CompensationsRun,
        Self::PhotosRendered,
        Self::PhotosRejected,
        Self::CatalogRowsWritten,
        Self::CatalogRowsRejected,
        Self::CatalogsRejected,
        Self::ColdStarts,
        Self::Retries,
        Self::Throttles,
        Self::Faults,
        Self::UnreadableItems,
    ];

    /// The name in CloudWatch.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrdersPlaced => "OrdersPlaced",
            Self::OrdersConfirmed => "OrdersConfirmed",
            Self::OrdersRejected => "OrdersRejected",
            Self::OrdersParked => "OrdersParked",
            Self::CompensationsRun => "CompensationsRun",
            Self::PhotosRendered => "PhotosRendered",
            Self::PhotosRejected => "PhotosRejected",
            Self::CatalogRowsWritten => "CatalogRowsWritten",
            Self::CatalogRowsRejected => "CatalogRowsRejected",
            Self::CatalogsRejected => "CatalogsRejected",
            Self::ColdStarts => "ColdStarts",
            Self::Retries => "Retries",
            Self::Throttles => "Throttles",
            Self::Faults => "Faults",
            Self::UnreadableItems => "UnreadableItems",
        }
    }

    /// The sets under which the number is kept. Each is a metric of its own on the bill, so the shop's figures are not
    /// kept per function. No id is ever a dimension: there would be a metric per order.
    pub fn dimensions(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::ColdStarts | Self::Retries | Self::Throttles => &[&["Service", "Stage", "Function"]],
            // The second set is for the alarm of a canary, which watches one version.
            Self::Faults => &[&["Service", "Stage"], &["Function", "Version"]],
            Self::OrdersRejected => &[&["Service", "Stage"], &["Service", "Stage", "Reason"]],
            Self::OrdersPlaced
            | Self::OrdersConfirmed
            | Self::OrdersParked
            | Self::CompensationsRun
            | Self::PhotosRendered
            | Self::PhotosRejected
            | Self::CatalogRowsWritten
            | Self::CatalogRowsRejected
            | Self::CatalogsRejected
            | Self::UnreadableItems => &[&["Service", "Stage"]],
        }
    }
}

/// The counts of one invocation.
#[derive(Default)]
pub(crate) struct Counts {
    numbers: [u64; Metric::ALL.len()],
    pub(crate) reason: Option<&'static str>,
}

impl Counts {
    pub(crate) fn add(&mut self, metric: Metric, number: u64) {
        let counted = &mut self.numbers[metric as usize];
        *counted = counted.saturating_add(number);
    }

    /// Writes the line if anything was counted. It has level `error`, so that a higher `LOG_LEVEL` does not disable an
    /// alarm; only `off` does.
    pub(crate) fn write_line(&self, function: &str, request_id: &str) {
        if self.numbers.iter().all(|number| *number == 0) {
            return;
        }
        let stage = std::env::var("STAGE").unwrap_or_else(|_| STAGE_BY_DEFAULT.to_owned());
        let version = std::env::var(VERSION_VARIABLE).unwrap_or_else(|_| VERSION_BY_DEFAULT.to_owned());
        let line = self.line(&stage, function, &version, request_id, SystemTime::now());
        tracing::error!(target: LINE_TARGET, line = line.to_string());
    }

    fn line(&self, stage: &str, function: &str, version: &str, request_id: &str, now: SystemTime) -> Value {
        let counted = || Metric::ALL.into_iter().filter(|metric| self.number(*metric) > 0);
        let directives: Vec<Value> = counted()
            .map(|metric| {
                json!({
                    "Namespace": NAMESPACE,
                    "Dimensions": metric.dimensions(),
                    "Metrics": [{"Name": metric.name(), "Unit": "Count"}],
                })
            })
            .collect();
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
        let mut members = Map::new();
        members.insert(
            "_aws".to_owned(),
            json!({"Timestamp": timestamp, "CloudWatchMetrics": directives}),
        );
        members.insert("Service".to_owned(), json!(SERVICE));
        members.insert("Stage".to_owned(), json!(stage));
        members.insert("Function".to_owned(), json!(function));
        if self.number(Metric::Faults) > 0 {
            members.insert("Version".to_owned(), json!(version));
        }
        if let Some(reason) = self.reason {
            members.insert("Reason".to_owned(), json!(reason));
        }
        // Not a dimension: it leads from a number to the log lines of the invocation.
        members.insert("request_id".to_owned(), json!(request_id));
        for metric in counted() {
            members.insert(metric.name().to_owned(), json!(self.number(metric)));
        }
        Value::Object(members)
    }

    fn number(&self, metric: Metric) -> u64 {
        self.numbers[metric as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn line(counts: &Counts) -> Value {
        let now = UNIX_EPOCH + Duration::from_millis(1_767_225_600_123);
        counts.line("dev", "popshop-dev-OrdersPlace", "7", "8476a536", now)
    }

    #[test]
    fn the_metrics_of_an_invocation_are_one_line() {
        let mut counts = Counts::default();
        counts.add(Metric::OrdersPlaced, 1);
        counts.add(Metric::ColdStarts, 1);
        assert_eq!(
            line(&counts),
            json!({
                "_aws": {
                    "Timestamp": 1_767_225_600_123_u64,
                    "CloudWatchMetrics": [
                        {
                            "Namespace": "Popshop", "Dimensions": [["Service", "Stage"]],
                            "Metrics": [{"Name": "OrdersPlaced", "Unit": "Count"}],
                        },
                        {
                            "Namespace": "Popshop", "Dimensions": [["Service", "Stage", "Function"]],
                            "Metrics": [{"Name": "ColdStarts", "Unit": "Count"}],
                        },
                    ],
                },
                "Service": "popshop", "Stage": "dev", "Function": "popshop-dev-OrdersPlace", "request_id": "8476a536",
                "OrdersPlaced": 1, "ColdStarts": 1,
            })
        );
    }

    /// Checks the rules of the specification's JSON schema.
    #[test]
    fn every_line_is_valid_by_the_specification_and_no_id_is_a_dimension() {
        let mut all = Counts::default();
        for metric in Metric::ALL {
            all.add(metric, 7);
            let mut alone = Counts::default();
            alone.add(metric, 1);
            alone.reason = (metric == Metric::OrdersRejected).then_some("out_of_stock");
            assert_is_valid(&line(&alone));
        }
        all.reason = Some("out_of_stock");
        assert_is_valid(&line(&all));
    }

    fn assert_is_valid(line: &Value) {
        let metadata = &line["_aws"];
        assert!(metadata["Timestamp"].is_u64());
        let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
        assert!(!directives.is_empty());
        for directive in directives {
            let namespace = directive["Namespace"].as_str().unwrap();
            assert!((1..=1024).contains(&namespace.len()));
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!((1..=30).contains(&set.len()));
                for name in set {
                    let name = name.as_str().unwrap();
                    assert!(
                        ["Service", "Stage", "Function", "Version", "Reason"].contains(&name),
                        "{name}"
                    );
                    let value = line[name].as_str().unwrap_or_else(|| panic!("{name} has no value"));
                    assert!((1..=1024).contains(&value.len()));
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                assert_eq!(metric["Unit"], "Count");
                let name = metric["Name"].as_str().unwrap();
                assert!((1..=1024).contains(&name.len()));
                assert!(line[name].is_u64(), "{name} has no number");
            }
        }
    }

    #[test]
    fn a_fault_is_counted_for_the_stage_and_for_the_version_of_the_function() {
        let mut counts = Counts::default();
        counts.add(Metric::Faults, 2);
        let line = line(&counts);
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([["Service", "Stage"], ["Function", "Version"]])
        );
        assert_eq!((&line["Version"], &line["Faults"]), (&json!("7"), &json!(2)));
    }

    #[test]
    fn a_number_is_found_by_its_metric() {
        for (index, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, index, "{}", metric.name());
        }
    }
}
