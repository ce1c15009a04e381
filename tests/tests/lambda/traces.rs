//! Tests the trace documents of real binaries, and the trace headers that they send to services.

use function_tests::event;
use serde_json::{Value, json};
use tests::fake_aws::{FakeAws, FakeDaemon};
use tests::lambda::Lambda;

use crate::variables;

const TRACE_ID: &str = "1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e";
const SAMPLED: &str = "Root=1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0";
const UNSAMPLED: &str =
    "Root=1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0";
const OTHER_TRACE_ID: &str = "1-5759e988-bd862e3fe1be46a994272793";
const OTHER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=43995c3f42cd8ad8;Sampled=1";
pub(crate) const ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";

pub(crate) fn started(function: &str, aws: &FakeAws, daemon: &FakeDaemon) -> Lambda {
    let mut variables = variables::of(function);
    variables.retain(|(name, _)| name != "AWS_ENDPOINT_URL");
    variables.push(("AWS_ENDPOINT_URL".to_owned(), aws.address.clone()));
    variables.push(("AWS_XRAY_DAEMON_ADDRESS".to_owned(), daemon.address()));
    variables.push(("STAGE".to_owned(), "test".to_owned()));
    Lambda::start(function, &variables).unwrap_or_else(|failed| panic!("{function}: {}", failed.output))
}

pub(crate) fn metrics(log: &[Value]) -> Vec<&Value> {
    log.iter().filter(|line| line.get("_aws").is_some()).collect()
}

#[test]
fn a_call_is_a_subsegment_below_the_segment_that_lambda_makes() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("orders-get", &aws, &daemon);
    aws.refuse_next(1, 500, "{}");
    let answer = lambda.invoke_in(Some(SAMPLED), &event("orders-get")).unwrap();
    assert_eq!(answer["statusCode"], 404, "{answer}");

    let documents = daemon.received();
    let [document] = documents.as_slice() else {
        panic!("{documents:?}")
    };
    let id = document["id"].as_str().unwrap();
    assert_eq!(
        (&document["type"], &document["trace_id"], &document["parent_id"]),
        (&json!("subsegment"), &json!(TRACE_ID), &json!("53995c3f42cd8ad8"))
    );
    assert_eq!(
        (&document["name"], &document["namespace"]),
        (&json!("DynamoDB"), &json!("aws"))
    );
    let call = json!({
        "operation": "GetItem", "region": "eu-central-1", "retries": 1, "request_id": "request-of-aws",
        "table_name": "orders-table",
    });
    assert_eq!(document["aws"], call);
    assert_eq!(document["http"]["response"]["status"], 200);
    assert_eq!(document["annotations"], json!({ "order_id": ORDER }));
    assert!(document["start_time"].as_f64().unwrap() <= document["end_time"].as_f64().unwrap());
    for flag in ["error", "fault", "throttle"] {
        assert_eq!(document.get(flag), None, "the second attempt succeeded");
    }
    let carried = format!("Root={TRACE_ID};Parent={id};Sampled=1;Lineage=1:a87bd80c:0");
    let calls = aws.calls();
    assert_eq!(calls.len(), 2);
    assert!(
        calls.iter().all(|call| call.trace_header.as_ref() == Some(&carried)),
        "{calls:?}"
    );

    let log = lambda.log();
    let [line] = metrics(&log)[..] else { panic!("{log:?}") };
    assert_eq!((&line["Retries"], &line["ColdStarts"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&line["Stage"], &line["Function"]),
        (&json!("test"), &json!("orders-get"))
    );
    let ended = log.iter().find(|line| line["message"] == "invocation ended").unwrap();
    assert_eq!(
        (&ended["trace_id"], &ended["order_id"]),
        (&json!(TRACE_ID), &json!(ORDER))
    );
}

#[test]
fn a_call_that_stays_throttled_is_marked_as_throttled() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("orders-get", &aws, &daemon);
    aws.refuse_next(
        4,
        400,
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"ann@example.test"}"#,
    );
    let answer = lambda.invoke_in(Some(SAMPLED), &event("orders-get")).unwrap();
    assert_eq!(answer["statusCode"], 503, "{answer}");
    let documents = daemon.received();
    assert_eq!(documents.len(), 1);
    let document = &documents[0];
    assert_eq!(
        (&document["throttle"], &document["error"]),
        (&json!(true), &json!(true))
    );
    assert_eq!((&document["aws"]["retries"], document.get("fault")), (&json!(3), None));
    assert_eq!(document["cause"]["exceptions"][0]["type"], "ThrottlingException");
    assert!(!document.to_string().contains("example.test"), "{document}");
    let log = lambda.log();
    let line = metrics(&log)[0];
    assert_eq!((&line["Throttles"], &line["Retries"]), (&json!(4), &json!(3)));
}

#[test]
fn an_unsampled_trace_is_not_sent() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("orders-get", &aws, &daemon);
    lambda.invoke_in(Some(UNSAMPLED), &event("orders-get")).unwrap();
    lambda.invoke(&event("orders-get")).unwrap();
    assert_eq!(daemon.received(), Vec::<Value>::new());
    let headers: Vec<_> = aws.calls().into_iter().map(|call| call.trace_header).collect();
    assert_eq!(headers, [Some(UNSAMPLED.to_owned()), None]);
}

#[test]
fn a_call_without_an_answer_is_a_fault() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("orders-get", &aws, &daemon);
    drop(aws);
    lambda.invoke_in(Some(SAMPLED), &event("orders-get")).unwrap();
    let documents = daemon.received();
    assert_eq!(documents.len(), 1);
    assert_eq!((&documents[0]["fault"], documents[0].get("http")), (&json!(true), None));
}

#[test]
fn the_saga_of_an_order_belongs_to_the_trace_of_the_request_that_placed_it() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("saga-start", &aws, &daemon);
    let mut change = event("saga-start");
    change["Records"][0]["dynamodb"]["NewImage"]["trace_header"] = json!({ "S": OTHER });
    lambda.invoke_in(Some(SAMPLED), &change).unwrap();
    let documents = daemon.received();
    let find = |name: &str| documents.iter().find(|document| document["name"] == name).unwrap();
    let (call, there, here) = (find("StepFunctions"), find("saga-start"), find("record"));
    assert_eq!(
        (&there["trace_id"], &there["parent_id"]),
        (&json!(OTHER_TRACE_ID), &json!("43995c3f42cd8ad8"))
    );
    assert_eq!(
        (&call["trace_id"], &call["parent_id"]),
        (&json!(OTHER_TRACE_ID), &there["id"])
    );
    assert_eq!(
        (&here["trace_id"], &here["parent_id"]),
        (&json!(TRACE_ID), &json!("53995c3f42cd8ad8"))
    );
    assert_eq!(here["links"], json!([{"trace_id": OTHER_TRACE_ID, "id": there["id"]}]));
    assert_eq!(there["links"], json!([{"trace_id": TRACE_ID, "id": here["id"]}]));
    let started = aws
        .calls()
        .into_iter()
        .find(|call| call.operation == "StartExecution")
        .unwrap();
    let id = call["id"].as_str().unwrap();
    assert_eq!(
        started.trace_header,
        Some(format!(
            "Root={OTHER_TRACE_ID};Parent={id};Sampled=1;Lineage=1:a87bd80c:0"
        ))
    );
}

#[test]
fn a_photo_is_rendered_in_the_trace_of_its_message() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("thumbnailer", &aws, &daemon);
    let mut photos = event("thumbnailer");
    photos["Records"][0]["attributes"]["AWSTraceHeader"] = json!(OTHER);
    lambda.invoke_in(Some(UNSAMPLED), &photos).unwrap();
    let documents = daemon.received();
    assert!(documents.len() >= 2, "{documents:?}");
    assert!(
        documents.iter().all(|document| document["trace_id"] == OTHER_TRACE_ID),
        "{documents:?}"
    );
    assert!(documents.iter().any(|document| document["name"] == "thumbnailer"));
    let calls = aws.calls();
    assert!(calls.iter().all(|call| {
        call.trace_header
            .as_ref()
            .unwrap()
            .starts_with(&format!("Root={OTHER_TRACE_ID};"))
    }));
}

#[test]
fn a_file_is_imported_in_the_trace_of_its_event() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    let lambda = started("csv-ingester", &aws, &daemon);
    // The answer depends on data that this fake does not store.
    lambda.invoke_in(Some(SAMPLED), &event("csv-ingester")).ok();
    let documents = daemon.received();
    assert!(!documents.is_empty());
    for document in documents {
        assert_eq!(
            (&document["trace_id"], &document["parent_id"]),
            (&json!(TRACE_ID), &json!("53995c3f42cd8ad8"))
        );
        assert!(document["annotations"]["upload_id"].is_string(), "{document}");
    }
}
