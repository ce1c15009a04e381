//! Counts the units that DynamoDB charges and limits, from the sizes of items.
//!
//! Rules: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html> and, for indexes,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>.

use serde_json::Value;
use tests::table_indexes::TableIndex;

/// A write unit writes so many bytes.
const WRITE_UNIT_BYTES: u64 = 1_024;
/// A read unit reads so many bytes, or twice as many with an eventually consistent read.
const READ_UNIT_BYTES: u64 = 4_096;
/// DynamoDB writes every item of a transaction twice: to prepare it and to commit it. AWS does not say whether the
/// indexes are written twice as well; the model assumes it, which makes the ceilings lower and not higher.
pub const TRANSACTION_WRITES: u64 = 2;

/// The bytes of an item: the names and values of its attributes.
pub fn item_bytes(item: &Value) -> u64 {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| length(name) + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> u64 {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else {
        return 0;
    };
    match kind.as_str() {
        "N" => {
            let digits = value.as_str().unwrap_or_default().trim_start_matches('-');
            // Zeros at both ends are not stored. Two digits take a byte, and there is one more.
            let significant = length(digits.trim_matches('0'));
            let sign = u64::from(value.as_str().is_some_and(|digits| digits.starts_with('-')));
            significant.div_ceil(2) + 1 + sign
        }
        "B" => {
            let text = value.as_str().unwrap_or_default();
            length(text.trim_end_matches('=')) * 3 / 4
        }
        "BOOL" | "NULL" => 1,
        "L" => {
            3 + value
                .as_array()
                .into_iter()
                .flatten()
                .map(|value| 1 + value_bytes(value))
                .sum::<u64>()
        }
        "M" => {
            let members = value.as_object().into_iter().flatten();
            3 + members
                .map(|(name, value)| 1 + length(name) + value_bytes(value))
                .sum::<u64>()
        }
        _ => length(value.as_str().unwrap_or_default()),
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// The units that a write of so many bytes takes: at least one.
pub fn write_units(bytes: u64) -> u64 {
    bytes.div_ceil(WRITE_UNIT_BYTES).max(1)
}

/// The halves of a unit that a read of so many bytes takes: at least one half, or two with a consistent read.
pub fn read_half_units(bytes: u64, consistent: bool) -> u64 {
    let units = bytes.div_ceil(READ_UNIT_BYTES).max(1);
    if consistent { 2 * units } else { units }
}

/// The units that a write to a table takes, from the item before and after it: of the larger one. A write that a
/// condition refused takes as much, and so does one without an item.
pub fn table_write_units(before: Option<&Value>, after: Option<&Value>) -> u64 {
    let bytes = [before, after].into_iter().flatten().map(item_bytes).max();
    write_units(bytes.unwrap_or_default())
}

/// The writes to an index that a write to its table causes, as partition keys and units.
///
/// An entry that appears or disappears is one write. An entry whose key changes is deleted and put: two writes. An
/// entry of which another projected attribute changes is one write of the larger one. Otherwise the index is not
/// written.
pub fn index_writes(index: &TableIndex, before: Option<&Value>, after: Option<&Value>) -> Vec<(String, u64)> {
    let (before, after) = (
        before.and_then(|item| entry(index, item)),
        after.and_then(|item| entry(index, item)),
    );
    let units = |entry: &Value| write_units(item_bytes(entry));
    match (before, after) {
        (None, None) => Vec::new(),
        (None, Some(entry)) | (Some(entry), None) => vec![(partition(index, &entry), units(&entry))],
        (Some(before), Some(after)) if before == after => Vec::new(),
        (Some(before), Some(after)) => {
            let keys = [&index.partition, &index.sort];
            if keys.iter().all(|key| before[key.as_str()] == after[key.as_str()]) {
                return vec![(partition(index, &after), units(&before).max(units(&after)))];
            }
            vec![
                (partition(index, &before), units(&before)),
                (partition(index, &after), units(&after)),
            ]
        }
    }
}

/// What the index holds of an item. `None` if the item lacks a key of the index.
pub fn entry(index: &TableIndex, item: &Value) -> Option<Value> {
    let keys = ["pk", &index.partition, &index.sort];
    if keys.iter().any(|key| item[*key].is_null()) {
        return None;
    }
    if index.projection == "ALL" {
        return Some(item.clone());
    }
    let attributes = keys.iter().map(|key| ((*key).to_owned(), item[*key].clone()));
    Some(Value::Object(attributes.collect()))
}

/// The partition key of an entry.
pub fn partition(index: &TableIndex, entry: &Value) -> String {
    key_text(&entry[&index.partition])
}

/// A key as text.
pub fn key_text(value: &Value) -> String {
    let text = value["S"].as_str().or_else(|| value["N"].as_str());
    text.unwrap_or_default().to_owned()
}
