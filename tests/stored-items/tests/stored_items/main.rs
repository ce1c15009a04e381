//! Tests that the DynamoDB adapter reads the items of the baseline, and that its conditions give the recorded results.
//!
//! `dynamodb-items.json` has items of every kind by table, and `dynamodb-answers.json` the answers of each port over
//! them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod item;
mod over_items;
mod over_orders;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tests::api::Cloud;
use tests::baseline;
use tests::fake_aws::FakeAws;
use tokio::runtime::Runtime;

use crate::item::text;
use crate::over_items::OverItems;

const ITEMS: &str = "dynamodb-items.json";
/// Items of the same form that are kept, at most.
const ITEMS_ALIKE_MAX: usize = 2;

#[test]
fn the_adapter_gives_the_recorded_answers_over_every_item() {
    if baseline::is_recording() {
        baseline::write(ITEMS, &items_of_the_contracts());
    }
    let items = baseline::read(ITEMS);
    let fake = FakeAws::start();
    fake.check_conditions();
    let tables = items.as_object().unwrap();
    for (table, items) in tables {
        items.as_array().unwrap().iter().for_each(|item| fake.keep(table, item));
    }
    let runtime = Runtime::new().unwrap();
    let mut answers = Map::new();
    for (table, items) in tables {
        let ports = OverItems::at(&fake.address, table);
        for item in items.as_array().unwrap() {
            let key = text(item, "pk").to_owned();
            let over_item = runtime.block_on(ports.answers(item));
            answers.insert(format!("{table} {key}"), json!(over_item));
        }
    }
    baseline::hold("dynamodb-answers.json", &answers.into());
}

/// The items that the contracts of the ports left in the local cloud: at most a few of each form, by table.
fn items_of_the_contracts() -> Value {
    let cloud = Cloud::of_environment();
    let mut keys = BTreeSet::new();
    let mut by_form: BTreeMap<(&str, String), Vec<Value>> = BTreeMap::new();
    for name in cloud.dynamodb("ListTables", &json!({}))["TableNames"]
        .as_array()
        .unwrap()
    {
        let page = cloud.dynamodb("Scan", &json!({ "TableName": name }));
        assert!(page["LastEvaluatedKey"].is_null(), "{name} has more than one page");
        let items = page["Items"].as_array().unwrap();
        for item in items {
            let table = match text(item, "pk").split('#').next().unwrap() {
                "order" | "idempotency" | "send" => "orders",
                "product" | "reservation" => "products",
                "upload" | "import" | "counter" => "imports",
                "payment" if item["revision"].is_null() => "payments",
                "payment" | "entry" => "gateway",
                other => panic!("{other} is not a kind of item"),
            };
            let alike = by_form.entry((table, form(item))).or_default();
            // The progress of a range is stored beside its upload.
            let range = format!(
                "import{}#{}#",
                text(item, "pk").trim_start_matches("upload"),
                item["sequence"]["N"]
            );
            let range = range.replace('"', "");
            let has_ranges = items.iter().any(|other| text(other, "pk").starts_with(&range));
            let is_new = alike.len() < ITEMS_ALIKE_MAX || has_ranges;
            if is_new && keys.insert((table, text(item, "pk").to_owned())) {
                alike.push(item.clone());
            }
        }
    }
    let mut tables: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for ((table, _), items) in by_form {
        tables.entry(table).or_default().extend(items);
    }
    json!(tables)
}

/// The form of an item: its attributes, and the values of attributes with a state.
fn form(item: &Value) -> String {
    const STATES: [&str; 6] = ["event", "is_done", "parked_from", "reason", "state", "status"];
    let kind = text(item, "pk").split('#').next().unwrap();
    let attributes = item.as_object().unwrap().iter().map(|(name, value)| {
        let value = if STATES.contains(&name.as_str()) {
            value
        } else {
            &Value::Null
        };
        format!("{name} {value}")
    });
    let attributes: BTreeSet<String> = attributes.collect();
    format!("{kind} {attributes:?}")
}
