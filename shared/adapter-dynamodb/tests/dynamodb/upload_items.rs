//! Sample items of uploads: as the table stores them, and as requests contain them.

use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, Sent};

/// The counter's answer.
pub(crate) fn counted(sequence: u64) -> Answer {
    Answer::Success(json!({ "Attributes": { "sequence": { "N": sequence.to_string() } } }))
}

/// A catalog that was announced.
pub(crate) fn catalog(status: &str) -> Value {
    json!({
        "upload_id": { "S": "0190-a" },
        "sequence": { "N": "7" },
        "brings": { "S": "catalog" },
        "file_name": { "S": "spring.csv" },
        "size_bytes": { "N": "1000" },
        "created_by": { "S": "ann" },
        "created_at": { "N": "1" },
        "status": { "S": status },
    })
}

pub(crate) fn photo(status: &str) -> Value {
    let mut item = catalog(status);
    item["brings"] = json!({ "S": "product-photo" });
    item["sku"] = json!({ "S": "MUG-01" });
    item["content_type"] = json!({ "S": "image/png" });
    item
}

/// A catalog whose first version is imported, under sequence 7.
pub(crate) fn imported(status: &str) -> Value {
    let mut item = catalog(status);
    item["version_id"] = json!({ "S": "v1" });
    item["sequencer"] = json!({ "S": sequencer("A1") });
    for count in ["rows_read", "rows_written", "rows_rejected", "bytes_read"] {
        item[count] = json!({ "N": "0" });
    }
    item["bytes_total"] = json!({ "N": "1000" });
    item
}

/// As it is stored, so that texts compare like numbers.
pub(crate) fn sequencer(digits: &str) -> String {
    format!("{digits:0>40}")
}

/// The item that this end leaves.
pub(crate) fn ended(sent: &Sent) -> Value {
    let mut item = imported("DONE");
    for count in [
        "rows_read",
        "rows_written",
        "rows_rejected",
        "bytes_read",
        "bytes_total",
    ] {
        item[count] = values(sent)[format!(":{count}")].clone();
    }
    item["unknown_columns"] = values(sent)[":unknown_columns"].clone();
    item
}

/// A failed condition over no item at all.
pub(crate) fn nothing_there() -> Answer {
    Answer::Error(400, "ConditionalCheckFailedException", json!({}))
}

pub(crate) fn values(sent: &Sent) -> &Value {
    &sent.body["ExpressionAttributeValues"]
}

pub(crate) fn operations(recorded: &Recorded) -> Vec<String> {
    recorded.sent().into_iter().map(|sent| sent.operation).collect()
}

/// The attributes that an update stores when it records an upload.
pub(crate) fn recorded_item(sent: &Sent) -> Value {
    let mut item = json!({});
    for (name, value) in values(sent).as_object().unwrap() {
        item[&name[1..]] = value.clone();
    }
    item
}
