//! The items of one table, and its reads through keys and indexes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::conditions;
use tests::table_indexes::TableIndex;

use crate::units::{entry, item_bytes, key_text, read_half_units};

/// A page of a query ends at a megabyte.
const PAGE_BYTES_MAX: u64 = 1_048_576;

/// The items by key.
#[derive(Debug, Default)]
pub struct Table {
    pub items: BTreeMap<String, Value>,
    pub indexes: Vec<TableIndex>,
}

/// What a query found, and what it read for that.
pub struct Page {
    pub answer: Value,
    /// The partition key that it asked for.
    pub key: String,
    pub half_units: u64,
}

impl Table {
    pub fn index(&self, name: &str) -> Option<&TableIndex> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// Reads an index as `Query` does: the limit counts entries before the filter.
    pub fn query(&self, index: &TableIndex, request: &Value) -> Page {
        let entries = self.items.values().filter_map(|item| entry(index, item));
        let mut entries: Vec<Value> = entries
            .filter(|entry| conditions::holds(request, "KeyConditionExpression", Some(entry)))
            .collect();
        entries.sort_by_key(|entry| position(index, entry));
        if request["ScanIndexForward"] == false {
            entries.reverse();
        }
        let key = entries
            .first()
            .map_or_else(|| shard_of(request), |entry| key_text(&entry[&index.partition]));
        let start = request.get("ExclusiveStartKey").map(|start| position(index, start));
        let skipped = start.map_or(0, |start| {
            let is_reverse = request["ScanIndexForward"] == false;
            let is_before = |entry: &Value| match position(index, entry).cmp(&start) {
                Ordering::Equal => true,
                Ordering::Less => !is_reverse,
                Ordering::Greater => is_reverse,
            };
            entries.iter().take_while(|entry| is_before(entry)).count()
        });
        let limit = request["Limit"]
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX);
        let mut bytes = 0;
        let read: Vec<&Value> = entries[skipped..]
            .iter()
            .take(limit)
            .take_while(|entry| {
                let fits = bytes < PAGE_BYTES_MAX;
                bytes += item_bytes(entry);
                fits
            })
            .collect();
        let is_cut = read.len() == limit || skipped + read.len() < entries.len();
        let last = read.last().filter(|_| is_cut).map(|last| start_key(index, last));
        let found: Vec<&&Value> = read
            .iter()
            .filter(|entry| conditions::holds(request, "FilterExpression", Some(entry)))
            .collect();
        let mut answer = json!({ "Items": found, "Count": found.len(), "ScannedCount": read.len() });
        if let Some(last) = last {
            answer["LastEvaluatedKey"] = last;
        }
        Page {
            answer,
            key,
            half_units: read_half_units(read.iter().map(|entry| item_bytes(entry)).sum(), false),
        }
    }
}

/// Where nothing was found, the key stands in the request only.
fn shard_of(request: &Value) -> String {
    let values = request["ExpressionAttributeValues"].as_object().into_iter().flatten();
    let partition = request["KeyConditionExpression"].as_str().unwrap_or_default();
    let name = partition.split(' ').find(|token| token.starts_with(':'));
    let value = values.into_iter().find(|(value, _)| Some(value.as_str()) == name);
    value.map_or_else(String::new, |(_, value)| key_text(value))
}

/// Sorts the entries of one partition key.
fn position(index: &TableIndex, entry: &Value) -> (i128, String, String) {
    let sort = &entry[&index.sort];
    let number = sort["N"].as_str().and_then(|digits| digits.parse().ok());
    (number.unwrap_or_default(), key_text(sort), key_text(&entry["pk"]))
}

fn start_key(index: &TableIndex, entry: &Value) -> Value {
    let keys = ["pk", &index.partition, &index.sort];
    Value::Object(
        keys.iter()
            .map(|key| ((*key).to_owned(), entry[*key].clone()))
            .collect(),
    )
}
