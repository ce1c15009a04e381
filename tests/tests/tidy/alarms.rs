//! Does every alarm watch something that exists, and is everything watched? That each one sounds is seen on the local
//! cloud (`infra/local-cloud/alarms.py`), which takes any metric's name for good.

use std::collections::{BTreeMap, BTreeSet};

use local_host::template;
use saphyr::{LoadableYamlNode as _, Yaml};
use telemetry::metric::{Metric, NAMESPACE};
use tests::repository;

/// A namespace, its metrics, and the sets of dimensions that they are kept under.
type Metrics = (
    &'static str,
    &'static [&'static str],
    &'static [&'static [&'static str]],
);

/// Metrics of AWS that tell of trouble, with the sets of dimensions that AWS keeps them under:
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

/// Everything of a metric that an alarm names, in one line for each: namespace, name, dimensions, and of whom.
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
fn every_alarm_watches_a_metric_that_somebody_tells() {
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
        let is_told = if namespace == NAMESPACE {
            ours.contains(&metric.as_str()) && dimensions == ["Service", "Stage"]
        } else {
            let known = OF_AWS.iter().find(|(known, _, _)| *known == namespace);
            known.is_some_and(|(_, metrics, sets)| {
                metrics.contains(&metric.as_str()) && sets.contains(&dimensions.as_slice())
            })
        };
        assert!(is_told, "{alarm} watches {namespace} {metric} by {dimensions:?}");
    }
}

/// They stop shortly before their time is up, note how far they are, and go on in another invocation: coming near is what
/// they do.
const STOP_BY_THEMSELVES: [&str; 3] = ["CsvIngester", "ImportPlan", "ImportRange"];

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
            if metric == "Duration" && STOP_BY_THEMSELVES.contains(&function.as_str()) {
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

/// The local cloud finds the alarms by their names, which CloudFormation begins with the stack's, and makes each sound.
#[test]
fn no_alarm_escapes_from_being_made_to_sound() {
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
