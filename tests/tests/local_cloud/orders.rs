//! Tests the deployed saga-start and saga-reconcile: repeated events, failed executions, and orders whose event got
//! lost.

use function_tests::event;
use serde_json::{Value, json};
use tests::lambda::failed_ids;

use crate::place::Place;

/// Long before the age at which saga-reconcile looks for an order.
const LONG_AGO_MS: u64 = 1_767_225_600_000;

/// Writes the item of an order such that the filter of the stream starts no saga.
fn lost_order(place: &Place, id: &str, status: &str) {
    let item = json!({
        "pk": { "S": format!("order#{id}") },
        "kind": { "S": "ORDER" },
        "order_id": { "S": id },
        "customer_id": { "S": "nobody" },
        "status": { "S": status },
        "open": { "S": "open" },
        // Any shard: the sweep reads all of them.
        "open_shard": { "S": "open#000" },
        "created_order": { "S": format!("{LONG_AGO_MS}#{id}") },
        "lines": { "S": "[{\"sku\":\"NO-SUCH\",\"quantity\":1,\"unit_price_minor\":100,\"currency\":\"EUR\"}]" },
        "total_minor": { "N": "100" },
        "currency": { "S": "EUR" },
        "payment_token": { "S": "tok_ok" },
        "correlation_id": { "S": "lost" },
        "cancel_correlation_id": { "S": "lost" },
        "created_at": { "N": LONG_AGO_MS.to_string() },
        "updated_at": { "N": LONG_AGO_MS.to_string() },
    });
    let table = place.output("OrdersTableName");
    // Two writes, because the filter of the stream matches inserted orders but not this change.
    let key = item["pk"].clone();
    place
        .api
        .dynamodb("PutItem", &json!({ "TableName": table, "Item": { "pk": key } }));
    place
        .api
        .dynamodb("PutItem", &json!({ "TableName": table, "Item": item }));
}

fn status_of(place: &Place, id: &str) -> String {
    let key = json!({ "pk": { "S": format!("order#{id}") } });
    let table = place.output("OrdersTableName");
    let item = place.api.dynamodb(
        "GetItem",
        &json!({ "TableName": table, "Key": key, "ConsistentRead": true }),
    );
    item["Item"]["status"]["S"].as_str().unwrap().to_owned()
}

fn new_id(name: &str) -> String {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    format!("{name}-{}", since.as_millis())
}

fn scheduled() -> Value {
    json!({ "version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} })
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn the_sweep_starts_the_sagas_of_lost_orders() {
    let place = Place::open();
    let (forgotten, half_cancelled) = (new_id("forgotten"), new_id("half-cancelled"));
    lost_order(&place, &forgotten, "PENDING");
    lost_order(&place, &half_cancelled, "CANCELLING");
    place.invoke("SagaReconcile", &scheduled()).unwrap();
    place.client.wait_for("the forgotten order to be decided", || {
        // This product does not exist.
        (status_of(&place, &forgotten) == "REJECTED").then_some(())
    });
    place.client.wait_for("the half cancelled order to be cancelled", || {
        (status_of(&place, &half_cancelled) == "CANCELLED").then_some(())
    });
    // Again: both sagas have ended, and nothing changes.
    place.invoke("SagaReconcile", &scheduled()).unwrap();
    assert_eq!(status_of(&place, &forgotten), "REJECTED");
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn a_failed_execution_parks_its_order_once() {
    let place = Place::open();
    let id = new_id("stuck");
    lost_order(&place, &id, "PENDING");
    let mut ended = event("saga-reconcile");
    let machine = place.output("OrderSagaArn");
    let execution = format!("{}:{id}", machine.replace(":stateMachine:", ":execution:"));
    ended["detail"]["stateMachineArn"] = json!(machine);
    ended["detail"]["executionArn"] = json!(execution);
    ended["detail"]["name"] = json!(id);
    for _delivery in 0..2 {
        place.invoke("SagaReconcile", &ended).unwrap();
        assert_eq!(status_of(&place, &id), "PARKED");
    }
    let error = place
        .invoke("SagaReconcile", &json!({ "source": "aws.s3" }))
        .unwrap_err();
    assert_eq!(error["errorType"], "StepInputMalformed", "{error}");
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn a_change_delivered_twice_and_beside_a_broken_one_starts_no_second_saga() {
    let place = Place::open();
    let client = &place.client;
    let olga = client.token("olga", &["staff"]);
    let file = tests::catalog::one_product("REPLAY-MUG", "3.00", 9);
    client.import_catalog(&olga, "replay.csv", file.as_bytes());
    let ann = client.token("ann", &[]);
    let placed = client
        .place_order(&ann, "replayed", &[("REPLAY-MUG", 2)], "tok_ok")
        .json();
    let id = placed["id"].as_str().unwrap();
    assert_eq!(client.decided_order(&ann, id)["status"], "CONFIRMED");

    let records = event("saga-start")["Records"].clone();
    let insert = of_order(&records[0], id, "9000000000000000000000001");
    let mut broken = insert.clone();
    broken["dynamodb"]["NewImage"]
        .as_object_mut()
        .unwrap()
        .remove("order_id");
    broken["dynamodb"]["SequenceNumber"] = json!("9000000000000000000000002");
    let replayed = json!({ "Records": [insert, insert] });
    let answer = place.invoke("SagaStart", &replayed).unwrap();
    assert_eq!(failed_ids(&answer), Vec::<&str>::new());
    let stopped = json!({ "Records": [insert, broken, insert] });
    let answer = place.invoke("SagaStart", &stopped).unwrap();
    assert_eq!(failed_ids(&answer), ["9000000000000000000000002"]);
    assert_eq!(
        client.get(&format!("/orders/{id}"), Some(&ann)).json()["status"],
        "CONFIRMED"
    );
    assert_eq!(client.available("REPLAY-MUG"), 7, "sold once");
}

fn of_order(record: &Value, id: &str, sequence_number: &str) -> Value {
    let mut record = record.clone();
    let key = json!({ "S": format!("order#{id}") });
    record["dynamodb"]["Keys"]["pk"] = key.clone();
    record["dynamodb"]["NewImage"]["pk"] = key;
    record["dynamodb"]["NewImage"]["order_id"] = json!({ "S": id });
    record["dynamodb"]["SequenceNumber"] = json!(sequence_number);
    record
}
