//! Checks that every alarm watches an existing metric, and that every function has its alarms.
//!
//! `infra/local-cloud/alarms.py` tests that each alarm fires on the local cloud, which accepts any metric name.

use std::collections::{BTreeMap, BTreeSet};

use local_host::template;
use saphyr::{LoadableYamlNode as _, Yaml};
use telemetry::metric::{Metric, NAMESPACE};
use tests::repository;

/// A namespace, its metrics, and their sets of dimensions.
type Metrics = (
    &'static str,
    &'static [&'static str],
    &'static [&'static [&'static str]],
);

/// Metrics of AWS that show failures, with their sets of dimensions:
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html>.
const OF_AWS: [Metrics; 4] = [
    (
        "AWS/Lambda",
        &["Duration", "Errors", "IteratorAge", "Throttles"],
        &[&["FunctionName"], &["FunctionName", "Resource"]],
    ),
    (
        "AWS/SQS",
        &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
        &[&["QueueName"]],
    ),
    (
        "AWS/States",
        &["ExecutionsFailed", "ExecutionsTimedOut"],
        &[&["StateMachineArn"]],
    ),
    ("AWS/ApiGateway", &["5xx", "Latency"], &[&["ApiId"]]),
];
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html>
const METRICS_OF_AN_EXPRESSION_MAX: usize = 10;

fn inner<'a, 'input>(node: &'a Yaml<'input>) -> &'a Yaml<'input> {
    match node {
        Yaml::Tagged(_, inner) => inner,
        other => other,
    }
}

fn member<'a, 'input>(node: &'a Yaml<'input>, name: &str) -> Option<&'a Yaml<'input>> {
    inner(node).as_mapping_get(name).map(inner)
}

fn text<'a>(node: &'a Yaml<'_>, name: &str) -> Option<&'a str> {
    member(node, name).and_then(Yaml::as_str)
}

/// A metric that an alarm watches.
struct Watched {
    alarm: String,
    namespace: String,
    metric: String,
    dimensions: Vec<String>,
    of: String,
}

fn watched(alarm: &str, node: &Yaml<'_>, found: &mut Vec<Watched>) {
    if let (Some(namespace), Some(metric)) = (text(node, "Namespace"), text(node, "MetricName")) {
        let dimensions = member(node, "Dimensions").and_then(Yaml::as_sequence).unwrap();
        found.push(Watched {
            alarm: alarm.to_owned(),
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: dimensions
                .iter()
                .map(|one| text(one, "Name").unwrap().to_owned())
                .collect(),
            of: dimensions
                .first()
                .and_then(|one| text(one, "Value"))
                .unwrap_or_default()
                .to_owned(),
        });
    }
    let metrics = member(node, "Metrics")
        .and_then(Yaml::as_sequence)
        .into_iter()
        .flatten();
    for metric in metrics.filter_map(|one| member(member(one, "MetricStat")?, "Metric")) {
        watched(alarm, metric, found);
    }
}

/// Every alarm's properties, by its name in the template.
fn with_alarms<T>(see: impl FnOnce(&BTreeMap<&str, &Yaml<'_>>) -> T) -> T {
    let file = repository::text("infra/template.yaml");
    let documents = Yaml::load_from_str(&file).unwrap();
    let resources = member(&documents[0], "Resources").and_then(Yaml::as_mapping).unwrap();
    let alarms = resources
        .iter()
        .filter(|(_, resource)| text(resource, "Type") == Some("AWS::CloudWatch::Alarm"));
    see(&alarms
        .map(|(name, resource)| (name.as_str().unwrap(), resource))
        .collect())
}

fn all_watched() -> Vec<Watched> {
    with_alarms(|alarms| {
        let mut found = Vec::new();
        for (name, alarm) in alarms {
            let before = found.len();
            watched(name, member(alarm, "Properties").unwrap(), &mut found);
            let count = found.len() - before;
            assert!(
                (1..=METRICS_OF_AN_EXPRESSION_MAX).contains(&count),
                "{name} watches {count} metrics"
            );
        }
        found
    })
}

#[test]
fn every_alarm_watches_an_existing_metric() {
    let ours: Vec<&str> = Metric::ALL.into_iter().map(Metric::name).collect();
    for Watched {
        alarm,
        namespace,
        metric,
        dimensions,
        ..
    } in all_watched()
    {
        let dimensions: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        let exists = if namespace == NAMESPACE {
            ours.contains(&metric.as_str()) && dimensions == ["Service", "Stage"]
        } else {
            let of_aws = OF_AWS.iter().find(|(name, _, _)| *name == namespace);
            of_aws.is_some_and(|(_, metrics, sets)| {
                metrics.contains(&metric.as_str()) && sets.contains(&dimensions.as_slice())
            })
        };
        assert!(exists, "{alarm} watches {namespace} {metric} by {dimensions:?}");
    }
}

/// Functions that stop shortly before their timeout, store a checkpoint and continue in another invocation. They
/// regularly come close to their timeout, so they have no alarm on it.
const WITHOUT_A_TIMEOUT_ALARM: [&str; 3] = ["CsvIngester", "ImportPlan", "ImportRange"];

#[test]
fn every_function_is_watched_for_throttles_and_for_its_timeout() {
    let watched = all_watched();
    for function in template::load().unwrap().functions.into_keys() {
        for (metric, alarms) in [("Throttles", "Throttled"), ("Duration", "NearTimeout")] {
            let by: Vec<&str> = watched
                .iter()
                .filter(|one| one.namespace == "AWS/Lambda" && one.metric == metric && one.of == function)
                .map(|one| one.alarm.as_str())
                .collect();
            if metric == "Duration" && WITHOUT_A_TIMEOUT_ALARM.contains(&function.as_str()) {
                assert_eq!(by, [""; 0], "{function} is expected to come near its timeout");
                continue;
            }
            assert!(
                by.len() == 1 && by[0].ends_with(alarms),
                "{metric} of {function}: {by:?}"
            );
        }
    }
}

/// `alarms.py` finds the alarms by their names, which begin with the name of the stack, and lets each fire.
#[test]
fn every_alarm_can_be_found_by_its_name() {
    with_alarms(|alarms| {
        let escaping: BTreeSet<&&str> = alarms
            .iter()
            .filter(|(_, alarm)| {
                let properties = member(alarm, "Properties").unwrap();
                member(alarm, "Condition").is_some() || member(properties, "AlarmName").is_some()
            })
            .map(|(name, _)| name)
            .collect();
        assert!(
            escaping.is_empty() && alarms.len() > 40,
            "{escaping:?} of {}",
            alarms.len()
        );
    });
}
