//! A DynamoDB in memory that counts the units of every call, and may grant only so many.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::table_indexes::Tables;
use tests::{conditions, updates};
use tokio::time::Instant;

use crate::limits::{Grants, Limits};
use crate::table::Table;
use crate::units::{TRANSACTION_WRITES, index_writes, item_bytes, key_text, read_half_units, table_write_units};
use crate::usage::{Place, Usage};

const ERRORS: &str = "com.amazonaws.dynamodb.v20120810#";

/// Tables by name, and what was taken of them.
#[derive(Debug, Default)]
pub struct Model {
    pub tables: BTreeMap<String, Table>,
    /// Of the calls since it was emptied, those that were throttled left out.
    pub usage: Usage,
    /// How many calls were throttled.
    pub throttled: u64,
    /// Unlimited where there is none.
    pub limits: Option<Limits>,
    grants: Grants,
}

/// A status and a body.
pub type Answer = (u16, Value);

/// A change of one item that takes place if its condition holds.
struct Write<'a> {
    table: &'a str,
    key: String,
    request: &'a Value,
    holds: bool,
    before: Option<Value>,
    after: Option<Value>,
}

impl Model {
    /// Empty tables with these indexes.
    pub fn new(tables: &Tables) -> Self {
        let tables = tables.iter().map(|(name, indexes)| {
            let items = BTreeMap::new();
            let indexes = indexes.clone();
            (name.clone(), Table { items, indexes })
        });
        Self {
            tables: tables.collect(),
            ..Self::default()
        }
    }

    /// Answers a call. `now` is the time of the limits.
    pub fn call(&mut self, operation: &str, request: &Value, now: Instant) -> Answer {
        match operation {
            "GetItem" | "BatchGetItem" | "Query" | "Scan" => self.read(operation, request, now),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.write_one(operation, request, now),
            "TransactWriteItems" => self.transact(request, now),
            other => panic!("the operation {other} is not one of the model"),
        }
    }

    /// Takes what was used since the last time.
    pub fn take_usage(&mut self) -> Usage {
        std::mem::take(&mut self.usage)
    }

    fn read(&mut self, operation: &str, request: &Value, now: Instant) -> Answer {
        let mut usage = Usage::default();
        let answer = match operation {
            "GetItem" => {
                let table = name(request);
                let consistent = request["ConsistentRead"] == true;
                match self.item(&mut usage, table, &request["Key"], consistent) {
                    Some(item) => json!({ "Item": item }),
                    None => json!({}),
                }
            }
            "BatchGetItem" => {
                let tables = request["RequestItems"].as_object().into_iter().flatten();
                let responses = tables.map(|(table, wanted)| {
                    let consistent = wanted["ConsistentRead"] == true;
                    let keys = wanted["Keys"].as_array().into_iter().flatten();
                    let items = keys.filter_map(|key| self.item(&mut usage, table, key, consistent));
                    (table.clone(), Value::Array(items.collect()))
                });
                let responses: serde_json::Map<String, Value> = responses.collect();
                json!({ "Responses": responses, "UnprocessedKeys": {} })
            }
            "Scan" => self.segment(&mut usage, request),
            _ => {
                let (table, index) = (
                    name(request),
                    request["IndexName"].as_str().expect("a query names its index"),
                );
                let stored = &self.tables[table];
                let existing = stored
                    .index(index)
                    .unwrap_or_else(|| panic!("{table} has no index {index}"));
                let page = stored.query(existing, request);
                usage.read(Place::index(table, index, &page.key), page.half_units);
                page.answer
            }
        };
        if self.is_granted(usage, now) {
            (200, answer)
        } else {
            throttling()
        }
    }

    /// A part of a table. The model divides it by the bytes of the keys, and answers all of the part at once.
    fn segment(&self, usage: &mut Usage, request: &Value) -> Value {
        let table = name(request);
        let number = |member: &str| request[member].as_u64().expect("a scan names its segment");
        let (segment, segments) = (number("Segment"), number("TotalSegments"));
        let is_in = |key: &str| key.bytes().map(u64::from).sum::<u64>() % segments == segment;
        let items = self.tables[table].items.iter().filter(|(key, _)| is_in(key));
        let mut found = Vec::new();
        for (key, item) in items {
            usage.read(Place::table(table, key), read_half_units(item_bytes(item), false));
            if conditions::holds(request, "FilterExpression", Some(item)) {
                found.push(item.clone());
            }
        }
        json!({ "Items": found })
    }

    fn item(&self, usage: &mut Usage, table: &str, key: &Value, consistent: bool) -> Option<Value> {
        let key = key_text(&key["pk"]);
        let item = self.tables[table].items.get(&key).cloned();
        let bytes = item.as_ref().map(item_bytes).unwrap_or_default();
        usage.read(Place::table(table, &key), read_half_units(bytes, consistent));
        item
    }

    fn write_one(&mut self, operation: &str, request: &Value, now: Instant) -> Answer {
        let write = self.planned(operation, request);
        let usage = self.usage_of(&write, 1);
        if !self.is_granted(usage, now) {
            return throttling();
        }
        if !write.holds {
            let mut error = json!({ "__type": format!("{ERRORS}ConditionalCheckFailedException") });
            if let Some(before) = &write.before {
                error["Item"] = before.clone();
            }
            return (400, error);
        }
        let answer = match request["ReturnValues"].as_str() {
            Some("ALL_NEW" | "UPDATED_NEW") => json!({ "Attributes": write.after }),
            _ => json!({}),
        };
        let (table, key, after) = (write.table.to_owned(), write.key, write.after);
        self.store(&table, key, after);
        (200, answer)
    }

    fn transact(&mut self, request: &Value, now: Instant) -> Answer {
        let parts = request["TransactItems"].as_array().into_iter().flatten();
        let parts = parts.filter_map(|part| part.as_object()?.iter().next());
        let writes: Vec<Write<'_>> = parts
            .map(|(kind, part)| self.planned(&format!("{kind}Item"), part))
            .collect();
        let mut usage = Usage::default();
        for write in &writes {
            usage.add(&self.usage_of(write, TRANSACTION_WRITES));
        }
        let canceled = |reasons: Vec<Value>| {
            let kind = format!("{ERRORS}TransactionCanceledException");
            (400, json!({ "__type": kind, "CancellationReasons": reasons }))
        };
        if !self.is_granted(usage, now) {
            return canceled(writes.iter().map(|_| json!({ "Code": "ThrottlingError" })).collect());
        }
        if writes.iter().any(|write| !write.holds) {
            let reasons = writes.iter().map(|write| match (write.holds, &write.before) {
                (true, _) => json!({ "Code": "None" }),
                (false, None) => json!({ "Code": "ConditionalCheckFailed" }),
                (false, Some(before)) => json!({ "Code": "ConditionalCheckFailed", "Item": before }),
            });
            return canceled(reasons.collect());
        }
        let changes: Vec<(String, String, Option<Value>)> = writes
            .into_iter()
            .map(|write| (write.table.to_owned(), write.key, write.after))
            .collect();
        for (table, key, after) in changes {
            self.store(&table, key, after);
        }
        (200, json!({}))
    }

    fn planned<'a>(&self, operation: &str, request: &'a Value) -> Write<'a> {
        let table = name(request);
        let key = request.get("Key").unwrap_or(&request["Item"]);
        let key = key_text(&key["pk"]);
        let before = self.tables[table].items.get(&key).cloned();
        let holds = conditions::holds(request, "ConditionExpression", before.as_ref());
        let after = match operation {
            "PutItem" => Some(request["Item"].clone()),
            "UpdateItem" => holds.then(|| updates::updated(request, before.as_ref())),
            "DeleteItem" => None,
            other => panic!("the operation {other} is not a write of the model"),
        };
        Write {
            table,
            key,
            request,
            holds,
            before,
            after,
        }
    }

    /// A write that its condition refuses takes the units of the item that it met, and none of the indexes.
    fn usage_of(&self, write: &Write<'_>, times: u64) -> Usage {
        let mut usage = Usage::default();
        let after = write.after.as_ref().filter(|_| write.holds);
        let before = write.before.as_ref();
        let larger = after.or_else(|| write.request.get("Item"));
        usage.write(
            Place::table(write.table, &write.key),
            times * table_write_units(before, larger),
        );
        if write.holds {
            for index in &self.tables[write.table].indexes {
                for (key, units) in index_writes(index, before, after) {
                    usage.write(Place::index(write.table, &index.name, &key), times * units);
                }
            }
        }
        usage
    }

    fn is_granted(&mut self, mut usage: Usage, now: Instant) -> bool {
        let granted = self.limits.is_none_or(|limits| self.grants.take(&limits, &usage, now));
        if granted {
            usage.calls = 1;
            self.usage.add(&usage);
        } else {
            self.throttled += 1;
        }
        granted
    }

    fn store(&mut self, table: &str, key: String, item: Option<Value>) {
        let items = &mut self.tables.get_mut(table).expect("the call named a table").items;
        match item {
            Some(item) => items.insert(key, item),
            None => items.remove(&key),
        };
    }
}

fn name(request: &Value) -> &str {
    request["TableName"].as_str().expect("a call names its table")
}

fn throttling() -> Answer {
    (400, json!({ "__type": format!("{ERRORS}ThrottlingException") }))
}
