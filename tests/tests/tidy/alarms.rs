//! Tests that every alarm watches a metric that exists, that each fact has one alarm, and that a canary watches the new
//! version only. The local cloud shows that each alarm rings (`infra/local-cloud/alarms.py`), but accepts any metric.

use std::collections::{BTreeMap, BTreeSet};

use local_host::template;
use saphyr::{LoadableYamlNode as _, Yaml};
use telemetry::metric::{Metric, NAMESPACE};
use tests::repository;

/// What stage and functions need to work, with the alarms of the canaries; and what watches them for people.
const MAIN: &str = "infra/template.yaml";
const WATCHING: &str = "infra/watching.yaml";

/// A namespace, its metrics, and the sets of dimensions that they are kept under.
type Metrics = (
    &'static str,
    &'static [&'static str],
    &'static [&'static [&'static str]],
);

/// Metrics of AWS that show trouble, with the sets of dimensions that AWS keeps them under:
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html>.
const OF_AWS: [Metrics; 6] = [
    (
        "AWS/Lambda",
        &["Errors"],
        &[&["FunctionName", "Resource", "ExecutedVersion"]],
    ),
    ("AWS/Lambda", &["IteratorAge"], &[&["FunctionName"]]),
    ("AWS/Lambda", &["ConcurrentExecutions"], &[&[]]),
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
    ("AWS/ApiGateway", &["5xx", "Count", "Latency"], &[&["ApiId"]]),
];
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html>
const METRICS_OF_AN_EXPRESSION_MAX: usize = 10;
/// CloudWatch bills each metric of an alarm by the month.
const ALARM_METRICS_MAX: usize = 39;
/// Lambda's control plane takes 15 requests a second, and `CodeDeploy` fails instead of waiting. Fifteen deployments
/// under one role were enough for that: <https://github.com/aws/aws-cdk/issues/21516>.
const CANARIES_OF_A_ROLE_MAX: usize = 8;
const CANARIES_MAX: usize = 12;

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

/// Everything of a metric that an alarm names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Watched {
    namespace: String,
    metric: String,
    /// Names with their values or, of a reference, its target.
    dimensions: Vec<(String, String)>,
}

#[derive(Debug)]
struct Alarm {
    name: String,
    condition: Option<String>,
    own_name: Option<String>,
    metrics: Vec<Watched>,
}

fn watched(node: &Yaml<'_>, found: &mut Vec<Watched>) {
    if let (Some(namespace), Some(metric)) = (text(node, "Namespace"), text(node, "MetricName")) {
        let dimensions = member(node, "Dimensions").and_then(Yaml::as_sequence);
        let dimensions = dimensions.into_iter().flatten().map(|one| {
            let part = |name| text(one, name).unwrap_or_default().to_owned();
            (part("Name"), part("Value"))
        });
        found.push(Watched {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: dimensions.collect(),
        });
    }
    let metrics = member(node, "Metrics").and_then(Yaml::as_sequence);
    for metric in metrics
        .into_iter()
        .flatten()
        .filter_map(|one| member(member(one, "MetricStat")?, "Metric"))
    {
        watched(metric, found);
    }
}

/// The alarms of a template.
fn alarms(file: &str) -> Vec<Alarm> {
    let content = repository::text(file);
    let documents = Yaml::load_from_str(&content).unwrap();
    let resources = member(&documents[0], "Resources").and_then(Yaml::as_mapping).unwrap();
    let alarms = resources
        .iter()
        .filter(|(_, resource)| text(resource, "Type") == Some("AWS::CloudWatch::Alarm"))
        .map(|(name, resource)| {
            let properties = member(resource, "Properties").unwrap();
            let mut metrics = Vec::new();
            watched(properties, &mut metrics);
            Alarm {
                name: name.as_str().unwrap().to_owned(),
                condition: text(resource, "Condition").map(str::to_owned),
                own_name: text(properties, "AlarmName").map(str::to_owned),
                metrics,
            }
        });
    let alarms: Vec<Alarm> = alarms.collect();
    assert!(!alarms.is_empty(), "{file} has no alarm");
    alarms
}

/// How many metrics the alarms watch, which is what CloudWatch bills: with `Watching=canary`, and what `full` adds.
pub(super) fn billed_metrics() -> (usize, usize) {
    let count = |file| alarms(file).iter().map(|alarm| alarm.metrics.len()).sum();
    (count(MAIN), count(WATCHING))
}

fn all() -> Vec<Alarm> {
    [MAIN, WATCHING].into_iter().flat_map(alarms).collect()
}

/// The lines of a resource of the main template.
fn definition<'text>(main: &'text str, id: &str) -> &'text str {
    let (_, rest) = main.split_once(&format!("\n  {id}:\n")).unwrap();
    rest.split("\n\n").next().unwrap()
}

#[test]
fn every_alarm_watches_a_metric_that_aws_or_the_shop_reports() {
    let ours: BTreeMap<&str, Metric> = Metric::ALL.into_iter().map(|metric| (metric.name(), metric)).collect();
    for Alarm { name, metrics, .. } in all() {
        assert!(
            (1..=METRICS_OF_AN_EXPRESSION_MAX).contains(&metrics.len()),
            "{name}: {metrics:?}"
        );
        for one in metrics {
            let dimensions: Vec<&str> = one.dimensions.iter().map(|(name, _)| name.as_str()).collect();
            let is_reported = if one.namespace == NAMESPACE {
                let metric = ours.get(one.metric.as_str());
                metric.is_some_and(|metric| metric.dimensions().contains(&dimensions.as_slice()))
            } else {
                OF_AWS.iter().any(|(namespace, metrics, sets)| {
                    *namespace == one.namespace
                        && metrics.contains(&one.metric.as_str())
                        && sets.contains(&dimensions.as_slice())
                })
            };
            assert!(is_reported, "{name} watches {one:?}");
        }
    }
}

#[test]
fn each_fact_has_one_alarm_and_all_of_them_are_few() {
    let mut facts = BTreeSet::new();
    for alarm in all() {
        for metric in alarm.metrics {
            assert!(
                facts.insert(metric.clone()),
                "{} watches {metric:?} once more",
                alarm.name
            );
        }
    }
    assert!(facts.len() <= ALARM_METRICS_MAX, "{} metrics", facts.len());
}

#[test]
fn a_stage_that_is_not_watched_pays_for_no_alarm() {
    for alarm in alarms(MAIN) {
        assert_eq!(alarm.condition.as_deref(), Some("HasCanary"), "{}", alarm.name);
    }
    let main = repository::text(MAIN);
    assert!(main.contains("  WatchingStack:\n    Type: AWS::CloudFormation::Stack\n    Condition: HasFullWatching\n"));
    assert!(main.contains("  HasCanary: !Not [!Equals [!Ref Watching, none]]\n"));
}

/// An alarm on all versions would ring for a failing old one, and `CodeDeploy` would refuse the deployment of its fix.
/// An alarm that keeps its name would still be ringing when the next deployment begins.
#[test]
fn a_canary_watches_the_new_version_only() {
    let main = repository::text(MAIN);
    let alarms = alarms(MAIN);
    let mut of_roles: BTreeMap<&str, usize> = BTreeMap::new();
    for id in template::load().unwrap().functions.keys() {
        let function = definition(&main, id.as_str());
        let Some((_, preference)) = function.split_once("      DeploymentPreference:\n") else {
            continue;
        };
        let (_, role) = preference.split_once("Role: !GetAtt ").unwrap();
        *of_roles.entry(role.split_once(".Arn\n").unwrap().0).or_default() += 1;
        let expected = format!("Alarms: !If [HasCanary, [!Ref {id}Faults], [!Ref AWS::NoValue]]\n");
        assert!(preference.contains(&expected), "{id}");
        let alarm = alarms.iter().find(|alarm| alarm.name == format!("{id}Faults")).unwrap();
        let name = alarm.own_name.as_deref().unwrap_or_default();
        assert!(name.contains(&format!("${{{id}.Version.Version}}")), "{id}: {name}");
        for metric in &alarm.metrics {
            let version = metric.dimensions.iter().find(|(name, _)| name.ends_with("Version"));
            let version = version.map(|(_, value)| value.as_str());
            assert_eq!(version, Some(format!("{id}.Version.Version").as_str()), "{id}");
        }
    }
    assert!(
        of_roles.values().all(|count| *count <= CANARIES_OF_A_ROLE_MAX),
        "{of_roles:?}"
    );
    let canaries: usize = of_roles.values().sum();
    assert!(canaries == alarms.len() && canaries <= CANARIES_MAX, "{of_roles:?}");
}

/// Money moves there, so nothing but a check before the traffic may find that a new version does not start.
#[test]
fn every_payment_step_is_checked_before_it_takes_traffic() {
    let main = repository::text(MAIN);
    let (_, check) = main.split_once("\n  PaymentStepsCheck:\n").unwrap();
    let steps = template::load()
        .unwrap()
        .functions
        .into_keys()
        // This one only waits: no money moves there.
        .filter(|id| id.ends_with("Payment") && *id != "SagaAwaitPayment");
    let steps: Vec<String> = steps.collect();
    assert_eq!(steps.len(), 4, "{steps:?}");
    for id in steps {
        let function = definition(&main, id.as_str());
        assert!(
            function.contains("PreTraffic: !If [HasCanary, !Ref PaymentStepsCheck, !Ref AWS::NoValue]\n"),
            "{id}"
        );
        assert!(check.contains(&format!("${{{id}.Version}}")), "{id} is not asked");
    }
}
