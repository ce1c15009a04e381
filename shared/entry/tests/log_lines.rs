//! Tests the log: one JSON line per event, with the ids of its invocation and without personal data.
//!
//! These tests run in a separate process. Each sets up the log before anything is logged, as a function does, because
//! `tracing` caches for the whole process whether a subscriber is interested.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use std::cell::RefCell;
use std::error::Error;
use std::future::Future;
use std::sync::Once;
use std::time::Duration;

use entry::http::http;
use entry::problem::Problem;
use entry::records::records;
use entry::request::HttpRequest;
use entry::response::HttpResponse;
use entry::step::{StepError, step};
use events::invocation::{Invocation, InvocationContext};
use events::sqs::{self, SqsMessage};
use serde_json::{Value, json};
use telemetry::context::{about, correlate, invocation_span};
use telemetry::log;
use telemetry::metric::Metric;
use telemetry::metrics;
use telemetry::subject::Subject;
use tracing::level_filters::LevelFilter;

thread_local! {
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    static METRICS: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

fn write(line: &str) {
    assert_eq!(line.find('\n'), Some(line.len() - 1), "one event is one line");
    let line: Value = serde_json::from_str(line).unwrap();
    let lines = if line.get("_aws").is_some() { &METRICS } else { &LINES };
    lines.with_borrow_mut(|lines| lines.push(line));
}

/// Every test runs on its own thread, and therefore gets only its own lines.
fn start_log() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        tracing::subscriber::set_global_default(log::subscriber(LevelFilter::INFO, write)).unwrap();
    });
}

fn lines() -> Vec<Value> {
    LINES.take()
}

fn context() -> InvocationContext {
    InvocationContext {
        function_name: "orders-place".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 10_000,
        ends_at: None,
        trace_id: Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned()),
        cold_start: true,
    }
}

fn invocation(event: Value) -> Invocation {
    let context = context();
    let event = event.into();
    Invocation { event, context }
}

#[derive(Debug, thiserror::Error)]
#[error("save order")]
struct SaveOrder(#[source] std::num::ParseIntError);

fn save_order() -> SaveOrder {
    SaveOrder("x".parse::<u8>().unwrap_err())
}

#[test]
fn every_line_carries_the_ids_of_its_invocation_however_deep_it_is_logged() {
    start_log();
    invocation_span(&context(), Some("order-7")).in_scope(|| {
        tracing::info_span!("inner", sku = "MUG-01").in_scope(|| tracing::info!(quantity = 2, "reserved"));
        tracing::debug!("below the level");
    });
    let lines = lines();
    assert_eq!(lines.len(), 1);
    let mut line = lines[0].clone();
    let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
    assert!(timestamp.as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(
        line,
        json!({
            "level": "INFO", "target": "log_lines", "message": "reserved", "quantity": 2, "sku": "MUG-01",
            "request_id": "request-1", "function": "orders-place", "correlation_id": "order-7", "cold_start": true,
            "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        })
    );
}

#[test]
fn the_ids_stay_on_the_line_when_only_errors_are_logged() {
    start_log();
    let _only_errors = tracing::subscriber::set_default(log::subscriber(LevelFilter::ERROR, write));
    invocation_span(&context(), None).in_scope(|| tracing::error!("broken"));
    let lines = lines();
    assert_eq!(lines[0]["request_id"], "request-1");
    assert!(lines[0].get("correlation_id").is_none());
}

#[test]
fn a_correlation_id_may_be_set_later_but_not_forged() {
    start_log();
    invocation_span(&context(), None).in_scope(|| {
        correlate("order-7\"\n");
        tracing::info!("before");
        correlate("order-7");
        tracing::info!("after");
    });
    let lines = lines();
    assert!(lines[0].get("correlation_id").is_none());
    assert_eq!(lines[1]["correlation_id"], "order-7");
}

#[test]
fn hostile_text_stays_inside_its_field() {
    start_log();
    let hostile = format!("\"}}\n{{\"level\":\"ERROR\"{}", "x".repeat(10_000));
    tracing::info!(file_name = hostile, level = "mine", "read");
    let lines = lines();
    let file_name = lines[0]["file_name"].as_str().unwrap();
    assert_eq!(file_name.chars().count(), log::FIELD_CHARS_MAX);
    assert_eq!(
        (&lines[0]["level"], &lines[0]["level_"]),
        (&json!("INFO"), &json!("mine"))
    );
}

#[test]
fn an_error_is_logged_with_its_sources() {
    start_log();
    tracing::error!(error = &save_order() as &dyn Error, "failed");
    assert_eq!(lines()[0]["error"], "save order: invalid digit found in string");
}

fn request() -> Value {
    json!({
        "version": "2.0", "routeKey": "GET /orders", "rawPath": "/orders", "rawQueryString": "",
        "headers": {"authorization": "Bearer secret", "x-correlation-id": "order-7"},
        "requestContext": {"stage": "$default", "http": {"method": "GET", "path": "/orders"}},
        "body": "secret", "isBase64Encoded": false,
    })
}

async fn serve<Fut>(handler: impl FnOnce(HttpRequest) -> Fut) -> Value
where
    Fut: Future<Output = Result<HttpResponse, Problem>>,
{
    http(invocation(request()), handler).await.unwrap();
    let mut lines = lines();
    assert_eq!(lines.len(), 1, "one line reports the end");
    let line = lines.remove(0);
    assert_eq!(
        (&line["message"], &line["route"]),
        (&json!("invocation ended"), &json!("GET /orders"))
    );
    assert_eq!(
        (&line["correlation_id"], &line["request_id"]),
        (&json!("order-7"), &json!("request-1"))
    );
    assert!(line["duration_ms"].is_u64());
    assert!(!line.to_string().contains("secret"), "{line}");
    line
}

#[tokio::test]
async fn a_request_ends_with_one_line() {
    start_log();
    let line = serve(|_| async { Ok(HttpResponse::empty(204)) }).await;
    assert_eq!((&line["outcome"], &line["status"]), (&json!("ok"), &json!(204)));
    let line = serve(|_| async { Err(Problem::not_found()) }).await;
    assert_eq!((&line["outcome"], &line["status"]), (&json!("not-found"), &json!(404)));
    assert_eq!(line["level"], "INFO");
}

#[tokio::test]
async fn an_internal_failure_is_logged_once_with_its_sources_or_its_location() {
    start_log();
    let line = serve(|_| async { Err(Problem::unavailable(&save_order())) }).await;
    assert_eq!((&line["level"], &line["status"]), (&json!("ERROR"), &json!(503)));
    assert_eq!(line["error"], "save order: invalid digit found in string");

    let line = serve(|_| async { panic!("no stock row") }).await;
    assert_eq!((&line["level"], &line["status"]), (&json!("ERROR"), &json!(500)));
    let error = line["error"].as_str().unwrap();
    assert!(
        error.contains("log_lines.rs:") && error.contains("no stock row"),
        "{error}"
    );
}

#[tokio::test]
async fn each_failed_record_is_logged_once_with_its_id() {
    start_log();
    let records_of = |bodies: [&str; 3]| {
        let record = |(index, body): (usize, &str)| json!({"messageId": format!("id-{index}"), "body": body});
        let records: Vec<Value> = bodies.into_iter().enumerate().map(record).collect();
        json!({"Records": records})
    };
    let handler = |message: SqsMessage| async move {
        assert_ne!(message.body, "panic");
        correlate("upload-9");
        tracing::info!("rendered");
        if message.body == "fail" {
            Err(save_order())
        } else {
            Ok(())
        }
    };
    let event = records_of(["fine", "fail", "panic"]);
    records(invocation(event), Duration::from_secs(1), sqs::messages, Ok, handler)
        .await
        .unwrap();
    let lines = lines();
    let summary: Vec<_> = lines.iter().map(|line| (&line["message"], &line["item_id"])).collect();
    let (rendered, failed, ended) = (json!("rendered"), json!("record failed"), json!("invocation ended"));
    let (first, second, third, none) = (json!("id-0"), json!("id-1"), json!("id-2"), json!(null));
    assert_eq!(
        summary,
        [
            (&rendered, &first),
            (&rendered, &second),
            (&failed, &second),
            (&failed, &third),
            (&ended, &none)
        ]
    );
    assert_eq!(
        (&lines[2]["correlation_id"], &lines[2]["request_id"]),
        (&json!("upload-9"), &json!("request-1"))
    );
    assert_eq!(lines[2]["error"], "save order: invalid digit found in string");
    assert!(
        lines[3].get("correlation_id").is_none(),
        "ids do not leak from one record into the next"
    );
    assert!(lines[3]["error"].as_str().unwrap().contains("log_lines.rs:"));
    assert_eq!((&lines[4]["records"], &lines[4]["failed"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn a_failed_step_is_logged_once_with_its_cause_and_correlation_id() {
    start_log();
    let handler = |_: Value| async { Err::<(), _>(StepError::transient(&save_order())) };
    step(invocation(json!({"correlation_id": "order-7"})), handler)
        .await
        .unwrap_err();
    let handler = |_: u32| async { Ok(()) };
    step(invocation(json!("tok_secret")), handler).await.unwrap_err();
    step(invocation(json!({"correlation_id": "no\nid"})), |_: Value| async {
        Ok(())
    })
    .await
    .unwrap();
    let lines = lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["outcome"], &lines[0]["correlation_id"]),
        (&json!("TransientFailure"), &json!("order-7"))
    );
    assert_eq!(lines[0]["error"], "save order: invalid digit found in string");
    assert_eq!(lines[1]["outcome"], "StepInputMalformed");
    assert!(!lines[1].to_string().contains("tok_secret"), "{}", lines[1]);
    assert_eq!(
        (&lines[2]["outcome"], lines[2].get("correlation_id")),
        (&json!("ok"), None)
    );
}

#[test]
fn libraries_are_logged_from_level_warn_on() {
    start_log();
    let _everything = tracing::subscriber::set_default(log::subscriber(LevelFilter::TRACE, write));
    tracing::info!(target: "aws_smithy_runtime::client", headers = "authorization", "request");
    tracing::debug!(target: "hyper_util::client::legacy", "connected");
    tracing::warn!(target: "aws_smithy_runtime::client", "retried");
    tracing::debug!("ours");
    let messages: Vec<Value> = lines().iter().map(|line| line["message"].clone()).collect();
    assert_eq!(messages, ["retried", "ours"]);
}

#[tokio::test]
async fn the_metrics_of_an_invocation_are_one_line_at_every_level() {
    start_log();
    let counting = |_: HttpRequest| async {
        metrics::count(Metric::OrdersPlaced);
        metrics::add(Metric::CatalogRowsWritten, 3);
        metrics::add(Metric::CatalogRowsWritten, 4);
        Ok(HttpResponse::empty(204))
    };
    serve(counting).await;
    let only_errors = tracing::subscriber::set_default(log::subscriber(LevelFilter::ERROR, write));
    http(invocation(request()), counting).await.unwrap();
    drop(only_errors);
    let metric_lines = METRICS.take();
    assert_eq!(metric_lines.len(), 2);
    for line in metric_lines {
        let numbers = (&line["OrdersPlaced"], &line["CatalogRowsWritten"], &line["ColdStarts"]);
        assert_eq!(numbers, (&json!(1), &json!(7), &json!(1)));
        assert_eq!(
            (&line["Function"], &line["Stage"]),
            (&json!("orders-place"), &json!("local"))
        );
        assert_eq!(line["request_id"], "request-1");
    }
}

#[tokio::test]
async fn a_warm_invocation_that_counted_nothing_writes_no_metrics() {
    start_log();
    let mut warm = invocation(request());
    warm.context.cold_start = false;
    http(warm, |_| async { Ok(HttpResponse::empty(204)) }).await.unwrap();
    assert_eq!((lines().len(), METRICS.take()), (1, Vec::new()));
}

#[tokio::test]
async fn a_line_names_the_order_or_upload_it_is_about() {
    start_log();
    step(invocation(json!({"order_id": "order-9"})), |_: Value| async { Ok(()) })
        .await
        .unwrap();
    assert_eq!(lines()[0]["order_id"], "order-9");
    let line = serve(|_| async {
        about(Subject::Upload, "upload-3");
        about(Subject::Order, "ann@example.test");
        Ok(HttpResponse::empty(204))
    })
    .await;
    assert_eq!((&line["upload_id"], line.get("order_id")), (&json!("upload-3"), None));
}

#[tokio::test]
async fn a_record_with_its_own_trace_is_logged_under_that_trace() {
    start_log();
    let header = "Root=1-6759e988-ad862e3fe1be46a994272793;Parent=43995c3f42cd8ad8;Sampled=1";
    let event = json!({"Records": [
        {"messageId": "1", "body": "a", "attributes": {"AWSTraceHeader": header}}, {"messageId": "2", "body": "b"},
    ]});
    let handler = |_: SqsMessage| async {
        tracing::info!("rendered");
        Ok::<_, SaveOrder>(())
    };
    records(invocation(event), Duration::from_secs(1), sqs::messages, Ok, handler)
        .await
        .unwrap();
    let traces: Vec<Value> = lines().iter().map(|line| line["trace_id"].clone()).collect();
    let of_the_batch = "1-5759e988-bd862e3fe1be46a994272793";
    assert_eq!(
        traces,
        ["1-6759e988-ad862e3fe1be46a994272793", of_the_batch, of_the_batch]
    );
}
