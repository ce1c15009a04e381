//! Can the story of one order be read in one trace, and in one search of the log? From the request to the mail, through
//! every function on the way.
//!
//! The test is the stream and the state machine between the functions; what those hand on is what AWS documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::fake_aws::{FakeAws, FakeDaemon};

use crate::traces::{event, metrics, started};

const TRACE_ID: &str = "1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e";
/// Of the segments that AWS makes: of the functions, and of the execution.
const ORDERS_PLACE: &str = "00000000000000a1";
const EXECUTION: &str = "00000000000000b0";
const STEPS: [(&str, &str); 5] = [
    ("saga-reserve-stock", "00000000000000b1"),
    ("saga-authorize-payment", "00000000000000b2"),
    ("saga-capture-payment", "00000000000000b3"),
    ("saga-confirm-order", "00000000000000b4"),
    ("saga-notify-customer", "00000000000000b5"),
];

fn below(segment: &str) -> String {
    format!("Root={TRACE_ID};Parent={segment};Sampled=1")
}

fn product(sku: &str) -> Value {
    json!({
        "pk": {"S": format!("product#{sku}")}, "sku": {"S": sku}, "name": {"S": sku}, "description": {"S": ""},
        "price_minor": {"N": "1250"}, "currency": {"S": "EUR"}, "available": {"N": "9"}, "listing": {"S": "products"},
    })
}

#[test]
fn an_order_is_one_picture_from_its_request_to_its_mail_and_one_search_in_the_log() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    aws.keep("products-table", &product("MUG-01"));
    aws.keep("products-table", &product("TEE-01"));
    let (mut documents, mut log) = (Vec::new(), Vec::new());

    let place = started("orders-place", &aws, &daemon);
    let answer = place
        .invoke_in(Some(&below(ORDERS_PLACE)), &event("orders-place"))
        .unwrap();
    log.extend(place.log());
    assert_eq!(answer["statusCode"], 202, "{log:?}");
    documents.extend(daemon.received());
    let order: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let order_id = order["id"].as_str().unwrap();

    // The stream shows the item as it was written.
    let item = aws.kept("orders-table", &format!("order#{order_id}")).unwrap();
    assert_eq!(item["trace_header"]["S"], below(ORDERS_PLACE));
    let mut change = event("saga-start");
    change["Records"].as_array_mut().unwrap().truncate(1);
    change["Records"][0]["dynamodb"]["NewImage"] = item;
    let start = started("saga-start", &aws, &daemon);
    start.invoke(&change).unwrap();
    log.extend(start.log());
    documents.extend(daemon.received());
    let calls = aws.calls();
    let execution = calls.iter().find(|call| call.operation == "StartExecution").unwrap();
    let input: Value = serde_json::from_str(execution.body["input"].as_str().unwrap()).unwrap();
    assert_eq!(input["order_id"], order_id);

    for (function, segment) in STEPS {
        let step = started(function, &aws, &daemon);
        let mut input = input.clone();
        if function == "saga-notify-customer" {
            input["notice"] = json!("CONFIRMED");
        }
        step.invoke_in(Some(&below(segment)), &input)
            .unwrap_or_else(|error| panic!("{function}: {error}"));
        log.extend(step.log());
        documents.extend(daemon.received());
    }

    let execution_header = execution.trace_header.clone().unwrap();
    assert_is_one_picture(&documents, &execution_header);
    assert_is_found_by_its_ids(&log, order_id);
    assert_tells_no_secret(&documents, &log);
    let counted: Vec<&str> = metrics(&log)
        .iter()
        .flat_map(|line| {
            ["OrdersPlaced", "OrdersConfirmed"]
                .into_iter()
                .filter(|name| line.get(*name).is_some())
        })
        .collect();
    assert_eq!(counted, ["OrdersPlaced", "OrdersConfirmed"]);
}

/// Every document hangs on another, or on a segment that AWS makes.
fn assert_is_one_picture(documents: &[Value], execution_header: &str) {
    // What AWS adds: the segments of the functions of the request and of the steps, and that of the execution below the
    // call that started it.
    let mut parents: BTreeMap<String, String> = BTreeMap::new();
    parents.insert(ORDERS_PLACE.to_owned(), "root".to_owned());
    let caller = execution_header
        .split(';')
        .find_map(|part| part.strip_prefix("Parent="))
        .unwrap();
    assert!(
        execution_header.starts_with(&format!("Root={TRACE_ID};")),
        "{execution_header}"
    );
    parents.insert(EXECUTION.to_owned(), caller.to_owned());
    for (_, segment) in STEPS {
        parents.insert(segment.to_owned(), EXECUTION.to_owned());
    }
    for document in documents {
        assert_eq!(document["trace_id"], TRACE_ID, "{document}");
        let (id, parent) = (
            document["id"].as_str().unwrap(),
            document["parent_id"].as_str().unwrap(),
        );
        parents.insert(id.to_owned(), parent.to_owned());
    }
    for start in parents.keys() {
        let mut at = start;
        for _ in 0..parents.len() {
            at = match parents.get(at) {
                Some(parent) => parent,
                None => break,
            };
        }
        assert_eq!(at, "root", "{start} hangs in the air");
    }
    let operations: BTreeSet<&str> = documents
        .iter()
        .filter_map(|document| document["aws"]["operation"].as_str())
        .collect();
    for operation in ["TransactWriteItems", "StartExecution", "AdminGetUser", "SendEmail"] {
        assert!(operations.contains(operation), "{operation} is not in {operations:?}");
    }
}

fn assert_is_found_by_its_ids(log: &[Value], order_id: &str) {
    let of_the_order: BTreeSet<&str> = log
        .iter()
        .filter(|line| line["correlation_id"] == "req-7f3a2b10" && line["order_id"] == order_id)
        .filter(|line| line["trace_id"] == TRACE_ID)
        .map(|line| line["function"].as_str().unwrap())
        .collect();
    let mut functions: BTreeSet<&str> = STEPS.iter().map(|(function, _)| *function).collect();
    functions.extend(["orders-place", "saga-start"]);
    assert_eq!(of_the_order, functions);
}

fn assert_tells_no_secret(documents: &[Value], log: &[Value]) {
    for told in documents.iter().chain(log) {
        let text = told.to_string();
        for secret in [
            "@example.test",
            "tok_ok",
            "eyJhbGciOi",
            "8e03978e-40d5-43e8-bc93-6894a57f9324",
        ] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}
