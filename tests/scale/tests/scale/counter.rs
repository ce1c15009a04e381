//! Ten cases worked by hand, by the rules that AWS documents.

use scale::model::Model;
use scale::units::{index_writes, item_bytes};
use scale::usage::{Place, Units};
use serde_json::{Value, json};
use tests::table_indexes::{TableIndex, Tables};
use tokio::time::Instant;

const TABLE: &str = "T";

fn index(name: &str, projection: &str) -> TableIndex {
    TableIndex {
        name: name.to_owned(),
        partition: "group".to_owned(),
        sort: "rank".to_owned(),
        projection: projection.to_owned(),
    }
}

fn model(indexes: Vec<TableIndex>) -> Model {
    Model::new(&Tables::from([(TABLE.to_owned(), indexes)]))
}

/// An item of exactly so many bytes: `pk` and a key of one letter, `fill` and the rest.
fn item_of(key: &str, bytes: usize) -> Value {
    let filled = bytes - "pk".len() - key.len() - "fill".len();
    let item = json!({ "pk": { "S": key }, "fill": { "S": "x".repeat(filled) } });
    assert_eq!(item_bytes(&item), u64::try_from(bytes).unwrap());
    item
}

fn put(model: &mut Model, item: &Value) {
    let request = json!({ "TableName": TABLE, "Item": item });
    assert_eq!(model.call("PutItem", &request, Instant::now()).0, 200);
}

fn units_of(model: &mut Model, operation: &str, request: &Value, place: &Place) -> Units {
    model.take_usage();
    model.call(operation, request, Instant::now());
    model.take_usage().places.get(place).copied().unwrap_or_default()
}

const fn writes(writes: u64) -> Units {
    Units { writes, read_halves: 0 }
}

const fn read_halves(read_halves: u64) -> Units {
    Units { writes: 0, read_halves }
}

#[tokio::test]
async fn a_write_of_1024_bytes_is_one_unit_and_of_1025_two() {
    let mut model = model(Vec::new());
    for (bytes, units) in [(20, 1), (1_024, 1), (1_025, 2), (3_500, 4)] {
        let put = json!({ "TableName": TABLE, "Item": item_of("a", bytes) });
        let found = units_of(&mut model, "PutItem", &put, &Place::table(TABLE, "a"));
        // Each item replaces a smaller one.
        assert_eq!(found, writes(units), "{bytes}");
    }
}

#[tokio::test]
async fn a_write_that_makes_an_item_smaller_takes_the_units_of_the_larger_one() {
    let mut model = model(Vec::new());
    put(&mut model, &item_of("a", 2_500));
    let smaller = json!({ "TableName": TABLE, "Item": item_of("a", 100) });
    assert_eq!(
        units_of(&mut model, "PutItem", &smaller, &Place::table(TABLE, "a")),
        writes(3)
    );
    put(&mut model, &item_of("b", 2_500));
    let delete = json!({ "TableName": TABLE, "Key": { "pk": { "S": "b" } } });
    assert_eq!(
        units_of(&mut model, "DeleteItem", &delete, &Place::table(TABLE, "b")),
        writes(3)
    );
}

#[tokio::test]
async fn an_update_of_one_attribute_takes_the_units_of_the_whole_item() {
    let mut model = model(Vec::new());
    put(&mut model, &item_of("a", 1_500));
    let update = json!({
        "TableName": TABLE, "Key": { "pk": { "S": "a" } }, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": { ":one": { "N": "1" } },
    });
    assert_eq!(
        units_of(&mut model, "UpdateItem", &update, &Place::table(TABLE, "a")),
        writes(2)
    );
}

#[tokio::test]
async fn a_read_of_4096_bytes_is_one_unit_and_half_a_unit_if_it_is_eventually_consistent() {
    let mut model = model(Vec::new());
    for (bytes, consistent, halves) in [
        (10, true, 2),
        (10, false, 1),
        (4_096, true, 2),
        (4_097, true, 4),
        (4_097, false, 2),
    ] {
        put(&mut model, &item_of("a", bytes));
        let get = json!({ "TableName": TABLE, "Key": { "pk": { "S": "a" } }, "ConsistentRead": consistent });
        let found = units_of(&mut model, "GetItem", &get, &Place::table(TABLE, "a"));
        assert_eq!(found, read_halves(halves), "{bytes} {consistent}");
    }
    let missing = json!({ "TableName": TABLE, "Key": { "pk": { "S": "z" } }, "ConsistentRead": true });
    assert_eq!(
        units_of(&mut model, "GetItem", &missing, &Place::table(TABLE, "z")),
        read_halves(2)
    );
}

#[tokio::test]
async fn a_batch_rounds_each_item_up_and_a_query_the_sum_of_its_entries() {
    let mut model = model(vec![index("by-group", "ALL")]);
    for key in ["a", "b", "c"] {
        let mut item = item_of(key, 1_000);
        item["group"] = json!({ "S": "g" });
        item["rank"] = json!({ "N": "1" });
        put(&mut model, &item);
    }
    model.take_usage();
    let keys = ["a", "b", "c"].map(|key| json!({ "pk": { "S": key } }));
    let batch = json!({ "RequestItems": { TABLE: { "Keys": keys } } });
    model.call("BatchGetItem", &batch, Instant::now());
    // Three items of 1 KB: half a unit each.
    assert_eq!(model.take_usage().sum(|_| true), read_halves(3));
    let query = json!({
        "TableName": TABLE, "IndexName": "by-group", "KeyConditionExpression": "group = :g",
        "ExpressionAttributeValues": { ":g": { "S": "g" } },
    });
    // Three entries of 1,000 bytes, and 14 of the keys of the index each: less than 4 KB.
    let found = units_of(&mut model, "Query", &query, &Place::index(TABLE, "by-group", "g"));
    assert_eq!(found, read_halves(1));
}

#[tokio::test]
async fn a_transaction_takes_twice_as_much_for_each_part_also_when_it_is_cancelled() {
    let mut model = model(Vec::new());
    put(&mut model, &item_of("a", 1_500));
    let part = |condition: &str| {
        json!({ "TransactItems": [
            { "Update": {
                "TableName": TABLE, "Key": { "pk": { "S": "a" } }, "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": { ":one": { "N": "1" } },
            } },
            { "Put": { "TableName": TABLE, "Item": item_of("b", 500), "ConditionExpression": condition } },
        ] })
    };
    for condition in ["attribute_not_exists(pk)", "attribute_exists(nothing)"] {
        model.take_usage();
        model.call("TransactWriteItems", &part(condition), Instant::now());
        let usage = model.take_usage();
        assert_eq!(usage.places[&Place::table(TABLE, "a")], writes(4), "{condition}");
        assert_eq!(usage.places[&Place::table(TABLE, "b")], writes(2), "{condition}");
    }
}

#[tokio::test]
async fn a_condition_that_fails_costs_the_units_of_the_item_and_none_of_an_index() {
    let mut model = model(vec![index("by-group", "ALL")]);
    let mut item = item_of("a", 1_500);
    item["group"] = json!({ "S": "g" });
    item["rank"] = json!({ "N": "1" });
    put(&mut model, &item);
    model.take_usage();
    let update = json!({
        "TableName": TABLE, "Key": { "pk": { "S": "a" } }, "UpdateExpression": "SET rank = :two",
        "ConditionExpression": "rank = :two", "ExpressionAttributeValues": { ":two": { "N": "2" } },
    });
    assert_eq!(model.call("UpdateItem", &update, Instant::now()).0, 400);
    let usage = model.take_usage();
    assert_eq!(usage.places, [(Place::table(TABLE, "a"), writes(2))].into());
}

#[test]
fn an_entry_that_appears_or_disappears_is_one_write_of_an_index() {
    let plain = json!({ "pk": { "S": "a" } });
    let entry = json!({ "pk": { "S": "a" }, "group": { "S": "g" }, "rank": { "N": "1" } });
    for projection in ["ALL", "KEYS_ONLY"] {
        let index = index("by-group", projection);
        let one = vec![("g".to_owned(), 1)];
        assert_eq!(index_writes(&index, None, Some(&entry)), one);
        assert_eq!(index_writes(&index, Some(&plain), Some(&entry)), one);
        assert_eq!(index_writes(&index, Some(&entry), Some(&plain)), one);
        assert!(index_writes(&index, None, Some(&plain)).is_empty());
    }
}

#[test]
fn a_key_of_an_index_that_changes_is_two_writes_old_and_new() {
    let entry = |group: &str, rank: &str| json!({ "pk": { "S": "a" }, "group": { "S": group }, "rank": { "N": rank } });
    let index = index("by-group", "KEYS_ONLY");
    let moved = index_writes(&index, Some(&entry("g", "1")), Some(&entry("h", "1")));
    assert_eq!(moved, [("g".to_owned(), 1), ("h".to_owned(), 1)]);
    let sorted_anew = index_writes(&index, Some(&entry("g", "1")), Some(&entry("g", "2")));
    assert_eq!(sorted_anew, [("g".to_owned(), 1), ("g".to_owned(), 1)]);
}

#[test]
fn an_attribute_outside_the_projection_does_not_write_to_the_index() {
    let entry = |stock: &str| json!({ "pk": { "S": "a" }, "group": { "S": "g" }, "rank": { "N": "1" }, "stock": { "N": stock } });
    let change = |projection| index_writes(&index("by-group", projection), Some(&entry("5")), Some(&entry("4")));
    assert!(change("KEYS_ONLY").is_empty());
    assert_eq!(change("ALL"), [("g".to_owned(), 1)]);
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
#[test]
fn sizes_are_of_names_and_values() {
    for (item, bytes) in [
        (json!({ "pk": { "S": "käse" } }), 2 + 5),
        (json!({ "n": { "N": "12345" } }), 1 + 4),
        (json!({ "n": { "N": "-1200" } }), 1 + 3),
        (json!({ "n": { "N": "0" } }), 1 + 1),
        (json!({ "b": { "B": "AAECAw==" } }), 1 + 4),
        (json!({ "f": { "BOOL": true } }), 1 + 1),
        (json!({ "l": { "L": [{ "S": "ab" }, { "S": "c" }] } }), 1 + 3 + 3 + 2),
        (json!({ "m": { "M": { "k": { "S": "ab" } } } }), 1 + 3 + 1 + 1 + 2),
    ] {
        assert_eq!(item_bytes(&item), bytes, "{item}");
    }
}
