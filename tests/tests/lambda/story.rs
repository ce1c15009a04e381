//! Tests that one trace, and one search of the log, show an order from its request to its mail, through all functions.
//!
//! The test acts as the stream and the state machine between the functions, as AWS documents them.

use std::collections::BTreeSet;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use function_tests::event;
use function_tests::saga_steps::{IN_PARALLEL, ORDER};
use serde_json::{Value, json};
use tests::fake_aws::{FakeAws, FakeDaemon};
use tests::lambda::Lambda;
use tests::page;
use tests::picture::{self, Maker, Segment};

use crate::traces::{metrics, started};

const PICTURE: &str = "docs/trace-of-an-order.svg";
const TRACE_ID: &str = "1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e";
/// The ids of segments that AWS makes: of the functions and of the execution.
const ORDERS_PLACE: &str = "00000000000000a1";
const EXECUTION: &str = "00000000000000b0";
/// The segment of the step at this position.
fn segment(index: usize) -> String {
    format!("00000000000000b{}", index + 1)
}

fn below(segment: &str) -> String {
    format!("Root={TRACE_ID};Parent={segment};Sampled=1")
}

pub(crate) fn product(sku: &str) -> Value {
    json!({
        "pk": {"S": format!("product#{sku}")}, "sku": {"S": sku}, "name": {"S": sku}, "description": {"S": ""},
        "price_minor": {"N": "1250"}, "currency": {"S": "EUR"}, "available": {"N": "9"}, "listing": {"S": "products"},
    })
}

#[test]
fn an_order_is_one_trace_and_one_search_in_the_log() {
    let (aws, daemon) = (FakeAws::start(), FakeDaemon::start());
    aws.keep("products-table", &product("MUG-01"));
    aws.keep("products-table", &product("TEE-01"));
    // All functions are started first, because the trace is about invocations and not about starts.
    let place = started("orders-place", &aws, &daemon);
    let start = started("saga-start", &aws, &daemon);
    let steps = ORDER.map(|step| started(step.function, &aws, &daemon));

    let mut segments = Vec::new();
    let (answer, placed) = timed("orders-place", ORDERS_PLACE, None, || {
        place
            .invoke_in(Some(&below(ORDERS_PLACE)), &event("orders-place"))
            .unwrap()
    });
    segments.push(placed);
    assert_eq!(answer["statusCode"], 202, "{answer}");
    let order: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let order_id = order["id"].as_str().unwrap();

    // The record of the stream has the item as it was written.
    let item = aws.kept("orders-table", &format!("order#{order_id}")).unwrap();
    assert_eq!(item["trace_header"]["S"], below(ORDERS_PLACE));
    let mut change = event("saga-start");
    change["Records"].as_array_mut().unwrap().truncate(1);
    change["Records"][0]["dynamodb"]["NewImage"] = item;
    start.invoke(&change).unwrap();
    let calls = aws.calls();
    let execution = calls.iter().find(|call| call.operation == "StartExecution").unwrap();
    let input: Value = serde_json::from_str(execution.body["input"].as_str().unwrap()).unwrap();
    assert_eq!(input["order_id"], order_id);

    let caller = execution.trace_header.as_deref().unwrap();
    assert!(caller.starts_with(&format!("Root={TRACE_ID};")), "{caller}");
    let caller = caller.split(';').find_map(|part| part.strip_prefix("Parent="));
    let ((), whole) = timed("order-saga", EXECUTION, caller, || {
        segments.extend(run_saga(&steps, &input));
    });
    segments.insert(1, whole);

    let documents = daemon.received();
    let mut log: Vec<Value> = [place, start].into_iter().flat_map(Lambda::log).collect();
    log.extend(steps.into_iter().flat_map(Lambda::log));
    assert_is_one_picture(segments, &documents);
    assert_is_found_by_its_ids(&log, order_id);
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

/// Invokes the steps of the order saga without failures, like Step Functions.
fn run_saga(steps: &[Lambda; ORDER.len()], input: &Value) -> Vec<Segment> {
    let step = |index: usize| {
        let (function, segment) = (ORDER[index].function, segment(index));
        let mut input = input.clone();
        if function == "saga-notify-customer" {
            input["notice"] = json!("CONFIRMED");
        }
        let invoke = || {
            let answer = steps[index].invoke_in(Some(&below(&segment)), &input);
            answer.unwrap_or_else(|error| panic!("{function}: {error}"));
        };
        timed(function, &segment, Some(EXECUTION), invoke).1
    };
    let mut segments: Vec<Segment> = thread::scope(|scope| {
        let step = &step;
        let running: Vec<_> = (0..IN_PARALLEL).map(|index| scope.spawn(move || step(index))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    segments.extend((IN_PARALLEL..ORDER.len()).map(step));
    segments
}

/// Runs the work, and makes the segment that AWS would make for it.
fn timed<T>(name: &str, id: &str, parent: Option<&str>, work: impl FnOnce() -> T) -> (T, Segment) {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let began = now();
    let answer = work();
    let segment = Segment {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        name: name.to_owned(),
        call: String::new(),
        made_by: Maker::Aws,
        is_troubled: false,
        began,
        ended: now(),
    };
    (answer, segment)
}

/// Checks that every document has a parent, and that the drawing equals the committed picture.
fn assert_is_one_picture(made_by_aws: Vec<Segment>, documents: &[Value]) {
    for document in documents {
        assert_eq!(document["trace_id"], TRACE_ID, "{document}");
    }
    let mut segments: Vec<Segment> = documents.iter().map(Segment::of_document).collect();
    segments.sort_by(|one, other| one.began.total_cmp(&other.began));
    // Parallel steps keep their order, whichever made the first call.
    segments.extend(made_by_aws);
    let rows = picture::rows(&segments).unwrap_or_else(|lost| panic!("segments without a parent: {lost:?}"));
    assert_eq!(
        rows.iter().filter(|row| row.depth == 0).count(),
        1,
        "the trace has one beginning"
    );
    let calls: BTreeSet<&str> = segments
        .iter()
        .map(|segment| segment.call.split(' ').next().unwrap())
        .collect();
    for operation in ["TransactWriteItems", "StartExecution", "AdminGetUser", "SendEmail"] {
        assert!(calls.contains(operation), "{operation} is not in {calls:?}");
    }
    let drawn = picture::svg(
        "One order, from its request to its mail",
        "The traces of the functions' binaries in milliseconds. Drawn by a test that replaces AWS; all functions are cold debug builds.",
        &rows,
    );
    page::agrees(PICTURE, &drawn, picture::without_times);
}

fn assert_is_found_by_its_ids(log: &[Value], order_id: &str) {
    // A batch contains many orders, so its own line has no order id; metrics are found by their request id.
    let of_this_story = |line: &&Value| {
        let is_of_a_batch = line["function"] == "saga-start" && line.get("item_id").is_none();
        line.get("request_id").is_some() && line.get("_aws").is_none() && !is_of_a_batch
    };
    for line in log.iter().filter(of_this_story) {
        assert_eq!(line["correlation_id"], "req-7f3a2b10", "{line} is not found");
    }
    let of_the_order: BTreeSet<&str> = log
        .iter()
        .filter(|line| line["correlation_id"] == "req-7f3a2b10" && line["order_id"] == order_id)
        .filter(|line| line["trace_id"] == TRACE_ID)
        .map(|line| line["function"].as_str().unwrap())
        .collect();
    let mut functions: BTreeSet<&str> = ORDER.iter().map(|step| step.function).collect();
    functions.extend(["orders-place", "saga-start"]);
    assert_eq!(of_the_order, functions);
}
