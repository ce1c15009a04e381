//! Reads the event sources of a function: routes, queues, streams, rules and schedules.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::{Deployment, EventSource, QueueSourceSpec, RouteSpec, StreamSourceSpec};
use super::resolve::{queue_of_arn, table_of_stream_arn};
use crate::patterns;

/// What `Auth.Authorizer` says when anybody may call.
const NOBODY_ASKED: &str = "NONE";
/// Where an event goes when its function cannot be called at all, which cannot happen within one process.
const UNREACHABLE_FUNCTION: &[&str] = &["DeadLetterConfig"];
const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const QUEUE_BATCH_DEFAULT: u32 = 10;
const STREAM_BATCH_DEFAULT: u32 = 100;

/// Reads one entry of a function's `Events`.
pub(crate) fn event_source(name: String, mut event: Fields) -> Result<EventSource, TemplateFault> {
    let kind = event.required_text("Type")?;
    let mut properties = event.within("Properties")?;
    event.finish()?;
    let source = match kind.as_str() {
        "HttpApi" => EventSource::Http(route(&mut properties)?),
        "SQS" => queue(&mut properties)?,
        "DynamoDB" => stream(&mut properties)?,
        "EventBridgeRule" => {
            properties.ignore(UNREACHABLE_FUNCTION);
            let pattern = properties
                .take("Pattern")
                .ok_or_else(|| properties.fault("Pattern", "is missing"))?;
            patterns::check(&pattern).map_err(|what| properties.fault("Pattern", what))?;
            EventSource::EventBridge { name, pattern }
        }
        "Schedule" => {
            properties.ignore(UNREACHABLE_FUNCTION);
            properties.ignore(&["Description"]);
            let text = properties.required_text("Schedule")?;
            let every = rate(&text).ok_or_else(|| properties.fault("Schedule", format!("is {text}, not a rate")))?;
            EventSource::Schedule { name, every }
        }
        other => return Err(properties.fault("Type", format!("is {other}, which is not supported"))),
    };
    properties.finish()?;
    Ok(source)
}

fn route(properties: &mut Fields) -> Result<RouteSpec, TemplateFault> {
    // Without an `ApiId`, SAM would make a second API, one without authorizers.
    properties.required_text("ApiId")?;
    properties.only("PayloadFormatVersion", "2.0")?;
    let method = properties.required_text("Method")?.to_uppercase();
    if !METHODS.contains(&method.as_str()) {
        return Err(properties.fault(
            "Method",
            format!("is {method}, which is not one of {}", METHODS.join(", ")),
        ));
    }
    let path = properties.required_text("Path")?;
    if !path.starts_with('/') {
        return Err(properties.fault("Path", format!("is {path}, which does not begin with a slash")));
    }
    if path.trim_end_matches("+}").contains("+}") {
        return Err(properties.fault("Path", format!("is {path}, where something follows the rest")));
    }
    let mut auth = properties.within("Auth")?;
    let authorizer = auth.text("Authorizer")?;
    auth.finish()?;
    Ok(RouteSpec {
        method,
        path,
        authorizer,
    })
}

fn queue(properties: &mut Fields) -> Result<EventSource, TemplateFault> {
    let arn = properties.required_text("Queue")?;
    let queue = queue_of_arn(&arn).ok_or_else(|| properties.fault("Queue", "is not a queue of this template"))?;
    let mut scaling = properties.within("ScalingConfig")?;
    let maximum_concurrency = scaling.positive_number("MaximumConcurrency")?;
    scaling.finish()?;
    Ok(EventSource::Queue(QueueSourceSpec {
        queue: queue.to_owned(),
        batch_size: properties.positive_number("BatchSize")?.unwrap_or(QUEUE_BATCH_DEFAULT),
        maximum_concurrency,
        reports_failures: reports_failures(properties)?,
    }))
}

fn reports_failures(properties: &mut Fields) -> Result<bool, TemplateFault> {
    match properties.texts("FunctionResponseTypes")?.as_slice() {
        [] => Ok(false),
        [one] if one == "ReportBatchItemFailures" => Ok(true),
        _ => Err(properties.fault(
            "FunctionResponseTypes",
            "names something else than ReportBatchItemFailures",
        )),
    }
}

fn stream(properties: &mut Fields) -> Result<EventSource, TemplateFault> {
    let arn = properties.required_text("Stream")?;
    let table = table_of_stream_arn(&arn).ok_or_else(|| properties.fault("Stream", "is not one of this template"))?;
    properties.only("StartingPosition", "TRIM_HORIZON")?;
    let mut criteria = properties.within("FilterCriteria")?;
    let mut filters = Vec::new();
    for filter in criteria.list("Filters")? {
        let mut filter = Fields::of(filter, &criteria.place)?;
        let text = filter.required_text("Pattern")?;
        let pattern: Value = serde_json::from_str(&text).map_err(|fault| filter.fault("Pattern", fault.to_string()))?;
        patterns::check(&pattern).map_err(|what| filter.fault("Pattern", what))?;
        filter.finish()?;
        filters.push(pattern);
    }
    criteria.finish()?;
    // Without a limit a failing record holds up its shard until it leaves the stream after a day.
    let required = |number: Option<u64>, name: &str, properties: &Fields| {
        number.ok_or_else(|| properties.fault(name, "is missing: a record that always fails would stop the stream"))
    };
    let attempts = properties.small_number("MaximumRetryAttempts")?.map(u64::from);
    let attempts = required(attempts, "MaximumRetryAttempts", properties)?;
    let age_seconds = properties.number("MaximumRecordAgeInSeconds")?;
    Ok(EventSource::Stream(StreamSourceSpec {
        table: table.to_owned(),
        batch_size: properties.positive_number("BatchSize")?.unwrap_or(STREAM_BATCH_DEFAULT),
        filters,
        bisect: properties.flag("BisectBatchOnFunctionError")?,
        maximum_retry_attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        maximum_age_seconds: required(age_seconds, "MaximumRecordAgeInSeconds", properties)?,
        on_failure_queue: on_failure_queue(properties)?,
        reports_failures: reports_failures(properties)?,
    }))
}

/// `rate(5 minutes)`.
fn rate(text: &str) -> Option<Duration> {
    let (number, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

/// What a source names exists, and no route is served twice.
pub(crate) fn consistent(
    deployment: &Deployment,
    place: &str,
    source: &EventSource,
    routes: &mut BTreeSet<(String, String)>,
) -> Result<(), TemplateFault> {
    match source {
        EventSource::Http(route) => {
            if !routes.insert((route.method.clone(), without_names(&route.path))) {
                let what = format!(
                    "serves {} {}, which another function serves too",
                    route.method, route.path
                );
                return Err(TemplateFault::at(place, what));
            }
            match &route.authorizer {
                Some(name) if !deployment.api.authorizers.contains_key(name) => Err(TemplateFault::at(
                    place,
                    format!("names the authorizer {name}, which does not exist"),
                )),
                _ => Ok(()),
            }
        }
        EventSource::Queue(QueueSourceSpec { queue, .. }) if !deployment.queues.contains_key(queue) => Err(
            TemplateFault::at(place, format!("reads the queue {queue}, which does not exist")),
        ),
        EventSource::Stream(StreamSourceSpec { table, .. }) if !deployment.tables_with_streams.contains(table) => Err(
            TemplateFault::at(place, format!("reads the stream of {table}, which has none")),
        ),
        EventSource::Queue(_)
        | EventSource::Stream(_)
        | EventSource::EventBridge { .. }
        | EventSource::Schedule { .. } => Ok(()),
    }
}

/// Whether a function has this route, like `POST /uploads`.
pub(crate) fn serves(deployment: &Deployment, route_key: &str) -> bool {
    let mut sources = deployment.functions.values().flat_map(|function| &function.sources);
    sources.any(|source| match source {
        EventSource::Http(route) => format!("{} {}", route.method, route.path) == route_key,
        EventSource::Queue(_)
        | EventSource::Stream(_)
        | EventSource::EventBridge { .. }
        | EventSource::Schedule { .. } => false,
    })
}

/// A path by what it matches: `/orders/{id}` and `/orders/{order}` are the same route.
fn without_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(name) if name.ends_with("+}") => "{+}",
        Some(_) => "{}",
        None => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Settles who may call a route: an authorizer of its own, the API's default, or nobody is asked.
pub(crate) fn with_authorizer(source: EventSource, default: Option<&String>) -> EventSource {
    match source {
        EventSource::Http(route) => {
            let authorizer = route
                .authorizer
                .or_else(|| default.cloned())
                .filter(|name| name != NOBODY_ASKED);
            EventSource::Http(RouteSpec { authorizer, ..route })
        }
        other => other,
    }
}

/// The queue for what failed for good.
pub(crate) fn on_failure_queue(fields: &mut Fields) -> Result<Option<String>, TemplateFault> {
    let mut destinations = fields.within("DestinationConfig")?;
    let mut on_failure = destinations.within("OnFailure")?;
    on_failure.only("Type", "SQS")?;
    let destination = on_failure.text("Destination")?;
    let queue = match destination {
        None => None,
        Some(arn) => match queue_of_arn(&arn) {
            Some(queue) => Some(queue.to_owned()),
            None => return Err(on_failure.fault("Destination", "is not a queue of this template")),
        },
    };
    on_failure.finish()?;
    destinations.finish()?;
    Ok(queue)
}
