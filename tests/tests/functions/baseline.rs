//! Tests that the functions accept the events of the baseline and give the recorded answers.
//!
//! `tests/baseline/walks.json` has the walks of orders, files and photos through the functions: the event and the
//! answer of each step. Clock, ids and keys are fixed, so that links and page tokens are part of the answers.

use std::fs;

use serde_json::{Map, Value, json};
use tests::baseline;

use crate::shop::{ORDER, OTHER_ORDER, Shop, event};

const WALKS: &str = "walks.json";
const VERSION: &str = "{version}";
const CURSOR: &str = "{cursor}";
const UPLOAD: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000021";
const FILE: &str =
    "sku,name,description,price,currency,stock,colour\nNEW-01,New,,3.00,EUR,7,red\nNEW-02,Broken,,free,EUR,1,\n";

#[tokio::test]
async fn every_walk_of_the_baseline_gives_the_recorded_answers() {
    let mut walks = if baseline::is_recording() {
        walks_to_record()
    } else {
        baseline::read(WALKS)
    };
    for (name, walk) in walks.as_object_mut().unwrap() {
        let shop = Shop::open().await;
        let steps = walk["steps"].as_array_mut().unwrap();
        let (mut version, mut cursor) = (String::new(), String::new());
        for (number, step) in steps.iter_mut().enumerate() {
            if let Some(id) = step["id"].as_str() {
                shop.ids.announce(id);
            }
            if let Some(key) = step["file"].as_str() {
                version = shop.upload(key, FILE.as_bytes(), "text/csv").await;
            }
            step["event"] = replaced(&step["event"], CURSOR, &cursor);
            let event = replaced(&step["event"], VERSION, &version);
            let answer = answer(&shop, step["function"].as_str().unwrap(), event).await;
            if let Some(next) = answer["body"]["next_cursor"].as_str() {
                next.clone_into(&mut cursor);
            }
            let answer = if version.is_empty() {
                answer
            } else {
                replaced(&answer, &version, VERSION)
            };
            hold(step, "answer", answer, &format!("{name}, step {number}"));
        }
        let executions = shop.running_sagas().await.into_iter().map(|execution| {
            let input: Value = serde_json::from_str(&execution.input).unwrap();
            (execution.name, replaced(&input, &version, VERSION))
        });
        let executions: Map<String, Value> = executions.collect();
        hold(walk, "executions", executions.into(), name);
    }
    if baseline::is_recording() {
        baseline::write(WALKS, &walks);
    }
}

/// Delivers the items of the baseline's orders as records of the stream.
#[tokio::test]
async fn the_stream_of_the_baselines_orders_starts_its_sagas() {
    let mut started = Map::new();
    for item in baseline::read("dynamodb-items.json")["orders"].as_array().unwrap() {
        let shop = Shop::open().await;
        let mut change = event("saga-start");
        change["Records"].as_array_mut().unwrap().truncate(1);
        change["Records"][0]["dynamodb"]["Keys"]["pk"] = item["pk"].clone();
        change["Records"][0]["dynamodb"]["NewImage"] = item.clone();
        let answer = answer(&shop, "saga-start", change).await;
        let executions = shop.running_sagas().await;
        let names = executions
            .iter()
            .map(|execution| json!([execution.name, execution.input]));
        started.insert(
            item["pk"]["S"].as_str().unwrap().to_owned(),
            json!({ "answer": answer, "executions": names.collect::<Value>() }),
        );
    }
    baseline::hold("stream-answers.json", &started.into());
}

fn hold(recorded: &mut Value, member: &str, present: Value, place: &str) {
    if baseline::is_recording() {
        recorded[member] = present;
    } else {
        baseline::assert_holds(place, &recorded[member], &present);
    }
}

fn replaced(value: &Value, from: &str, to: &str) -> Value {
    if from.is_empty() {
        return value.clone();
    }
    serde_json::from_str(&value.to_string().replace(from, to)).unwrap()
}

async fn answer(shop: &Shop, function: &str, event: Value) -> Value {
    match shop.invoke(function, event).await {
        Ok(mut answer) => {
            let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
            if let Some(body) = body {
                answer["body"] = body;
            }
            answer
        }
        Err(error) => json!({ "error": error.error_type }),
    }
}

fn step(function: &str) -> Value {
    json!({ "function": function, "event": event(function) })
}

fn placing(id: &str, payment_token: &str) -> Value {
    let mut step = step("orders-place");
    step["id"] = json!(id);
    step["event"]["headers"]["idempotency-key"] = json!(format!("key-of-{id}"));
    let items = json!([{ "sku": "MUG-01", "quantity": 2 }]);
    step["event"]["body"] = json!(json!({ "items": items, "payment_token": payment_token }).to_string());
    step
}

fn page_of(function: &str, query: &Value) -> Value {
    let mut step = step(function);
    step["event"]["queryStringParameters"] = query.clone();
    step
}

fn walks_to_record() -> Value {
    let walk = |first: Vec<Value>, then: &str| {
        let steps = first.into_iter().chain(then.split_whitespace().map(step));
        json!({ "steps": steps.collect::<Value>() })
    };
    let order = || vec![placing(ORDER, "tok_ok")];
    let mut upload = step("uploads-create");
    upload["id"] = json!(UPLOAD);
    let announcement = json!({ "kind": "catalog", "file_name": "spring.csv", "size_bytes": FILE.len() });
    upload["event"]["body"] = json!(announcement.to_string());
    let mut arrived = step("csv-ingester");
    arrived["file"] = json!(format!("catalogs/{UPLOAD}.csv"));
    // Its size in the event is large enough for a divided import.
    arrived["event"]["detail"]["object"]["version-id"] = json!(VERSION);
    let import = ["import-plan", "import-range", "import-finish"].map(|function| {
        let mut step = step(function);
        step["event"]["object"]["version_id"] = json!(VERSION);
        step["event"]["sequence"] = json!(1);
        step
    });
    let import = [upload, arrived].into_iter().chain(import).collect();
    let pages = [placing(ORDER, "tok_ok"), placing(OTHER_ORDER, "tok_ok")]
        .into_iter()
        .chain([
            page_of("orders-list", &json!({ "limit": "1" })),
            page_of("orders-list", &json!({ "limit": "1", "cursor": CURSOR })),
            page_of("products-list", &json!({ "limit": "2" })),
            page_of("products-list", &json!({ "limit": "2", "cursor": CURSOR })),
        ]);
    let mut refused = fs::read_dir(baseline::path("../../events"))
        .unwrap()
        .filter_map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            let function = name.strip_suffix(".rejected.json")?.to_owned();
            Some(json!({ "function": function, "event": event(&format!("{function}.rejected")) }))
        })
        .collect::<Vec<_>>();
    refused.sort_by_key(|step| step["function"].to_string());
    json!({
        "an order is fulfilled, and cancelled": walk(order(), "saga-start saga-reserve-stock saga-authorize-payment \
            saga-capture-payment saga-confirm-order saga-notify-customer orders-get orders-list orders-cancel \
            saga-refund-payment saga-release-stock saga-cancel-order saga-notify-customer orders-get"),
        "a payment is declined": walk(vec![placing(ORDER, "tok_declined")], "saga-reserve-stock \
            saga-authorize-payment saga-release-stock saga-reject-order saga-notify-customer orders-get orders-cancel"),
        "a capture fails": walk(vec![placing(ORDER, "tok_capture_fails")], "saga-reserve-stock saga-authorize-payment \
            saga-capture-payment saga-void-payment saga-release-stock saga-reject-order orders-get"),
        "a saga fails": walk(order(), "saga-reconcile orders-get saga-reconcile"),
        "steps come for an order that there is not": walk(Vec::new(), "saga-reserve-stock saga-authorize-payment \
            saga-capture-payment saga-confirm-order saga-void-payment saga-refund-payment saga-release-stock \
            saga-reject-order saga-cancel-order saga-notify-customer saga-reconcile orders-get orders-cancel"),
        "a catalog is imported in ranges": walk(import, "uploads-get"),
        "files are gone": walk(Vec::new(), "import-plan import-range import-finish csv-ingester thumbnailer \
            uploads-get products-get"),
        "pages follow each other": walk(pages.collect(), ""),
        "events are refused": walk(refused, ""),
    })
}
