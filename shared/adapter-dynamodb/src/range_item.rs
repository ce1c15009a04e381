//! The attributes of the item of an import's range.
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `import#{upload_id}#{sequence}#range#{index}` |
//! | `kind` | S | `IMPORT_RANGE` |
//! | `reached`, `line` | N | where the next attempt continues: byte and line of the file |
//! | `rows_read`, `rows_rejected` | N | |
//! | `parts` | L of S | of the report, in the order of the file |
//! | `is_done` | BOOL | |
//! | `updated_at` | N | Unix milliseconds |
//! | `expires_at` | N | Unix seconds: the table's time to live |
//!
//! The first checkpoint creates it. A newer version of the file has a sequence of its own, and so items of its own: an
//! item that outlives its import is never taken for one of another import.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::values::Timestamp;

use crate::attributes::{Item, UnreadableItem, number, read_number, read_texts, text, texts};

const KIND: &str = "IMPORT_RANGE";
/// It is of no use once the import has ended. Until then an execution may fail, and be redriven for two weeks
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>).
const KEPT: Duration = Duration::from_hours(30 * 24);
const MS_PER_SECOND: i64 = 1_000;

pub(crate) fn key(import: &ImportId, range: u32) -> AttributeValue {
    let ImportId { upload_id, sequence } = import;
    text(format!("import#{upload_id}#{sequence}#range#{range}"))
}

/// All but the key.
pub(crate) fn attributes(progress: &RangeProgress, at: Timestamp) -> [(&'static str, AttributeValue); 9] {
    let RangeProgress {
        reached: RecordStart { byte_offset, line },
        rows_read,
        rows_rejected,
        parts,
        is_done,
    } = progress;
    [
        ("kind", text(KIND)),
        ("reached", number(*byte_offset)),
        ("line", number(*line)),
        ("rows_read", number(*rows_read)),
        ("rows_rejected", number(*rows_rejected)),
        ("parts", texts(parts)),
        ("is_done", AttributeValue::Bool(*is_done)),
        ("updated_at", number(at.unix_ms())),
        ("expires_at", number(at.plus(KEPT).unix_ms().div_euclid(MS_PER_SECOND))),
    ]
}

pub(crate) fn progress(item: &Item) -> Result<RangeProgress, UnreadableItem> {
    let is_done = item.get("is_done").and_then(|value| value.as_bool().ok());
    Ok(RangeProgress {
        reached: RecordStart {
            byte_offset: read_number(item, "reached")?,
            line: read_number(item, "line")?,
        },
        rows_read: read_number(item, "rows_read")?,
        rows_rejected: read_number(item, "rows_rejected")?,
        parts: read_texts(item, "parts")?,
        is_done: *is_done.ok_or(UnreadableItem::at("is_done"))?,
    })
}
