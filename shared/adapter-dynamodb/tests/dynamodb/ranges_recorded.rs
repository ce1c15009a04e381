//! Tests that a range's progress and the import's totals change in one transaction, and how a cancelled one is
//! reported.

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{FileRange, RangeProgress};
use domain::catalog::ports::{Advance, ImportLedger};
use domain::ports::PortFailure;
use serde_json::{Value, json};

use crate::imports_recorded::{id, imports};
use crate::recorded::{Answer, Recorded, canceled, conflict, failed_over, no_reason, throttled};
use crate::samples::now;
use crate::upload_items::operations;

const RANGE: FileRange = FileRange {
    index: 3,
    begin: RecordStart {
        byte_offset: 1_000,
        line: 40,
    },
    end: 2_000,
};

/// After so many rows, of 10 bytes and a line each.
fn after(rows_read: u64) -> RangeProgress {
    RangeProgress {
        reached: RecordStart {
            byte_offset: RANGE.begin.byte_offset + 10 * rows_read,
            line: RANGE.begin.line + rows_read,
        },
        rows_read,
        rows_rejected: rows_read / 10,
        parts: (0..rows_read / 10).map(|part| format!("part-{part}")).collect(),
        is_done: rows_read == 100,
    }
}

async fn advance(recorded: &Recorded, from: u64, to: u64) -> Result<Advance, PortFailure> {
    let (from, to) = (after(from), after(to));
    imports(recorded).advance(&id(7), RANGE.index, &from, &to, now()).await
}

fn item(rows_read: u64) -> Value {
    let progress = after(rows_read);
    let parts = progress.parts.iter().map(|part| json!({ "S": part }));
    json!({
        "pk": { "S": "import#0190-a#7#range#3" },
        "kind": { "S": "IMPORT_RANGE" },
        "reached": { "N": progress.reached.byte_offset.to_string() },
        "line": { "N": progress.reached.line.to_string() },
        "rows_read": { "N": rows_read.to_string() },
        "rows_rejected": { "N": progress.rows_rejected.to_string() },
        "parts": { "L": parts.collect::<Vec<_>>() },
        "is_done": { "BOOL": progress.is_done },
        "updated_at": { "N": "1700000000000" },
        "expires_at": { "N": "1702592000" },
    })
}

#[tokio::test]
async fn progress_and_what_it_adds_are_one_transaction() {
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    assert_eq!(advance(&recorded, 20, 50).await.unwrap(), Advance::Recorded);
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["TransactWriteItems"]);
    let parts = sent[0].body["TransactItems"].as_array().unwrap();
    let [upload, range] = [&parts[0]["Update"], &parts[1]["Update"]];
    assert_eq!(parts.len(), 2);

    assert_eq!(upload["Key"], json!({ "pk": { "S": "upload#0190-a" } }));
    assert_eq!(
        upload["ConditionExpression"],
        "#status = :processing AND #sequence = :sequence"
    );
    assert_eq!(
        upload["UpdateExpression"],
        "SET updated_at = :at ADD rows_read :rows_read, rows_written :rows_written, rows_rejected :rows_rejected, \
         bytes_read :bytes_read"
    );
    assert_eq!(
        upload["ExpressionAttributeValues"],
        json!({
            ":processing": { "S": "PROCESSING" },
            ":sequence": { "N": "7" },
            ":at": { "N": "1700000000000" },
            ":rows_read": { "N": "30" },
            ":rows_written": { "N": "27" },
            ":rows_rejected": { "N": "3" },
            ":bytes_read": { "N": "300" },
        })
    );

    assert_eq!(range["Key"], json!({ "pk": { "S": "import#0190-a#7#range#3" } }));
    assert_eq!(
        range["ConditionExpression"],
        "reached = :from AND parts = :its_parts AND is_done = :was_done"
    );
    let values = &range["ExpressionAttributeValues"];
    assert_eq!(values[":from"], json!({ "N": "1200" }));
    assert_eq!(values[":its_parts"], item(20)["parts"]);
    assert_eq!(values[":was_done"], json!({ "BOOL": false }));
    for (name, value) in item(50).as_object().unwrap().iter().filter(|(name, _)| *name != "pk") {
        assert_eq!(values[format!(":{name}")], *value, "{name}");
        let update = range["UpdateExpression"].as_str().unwrap();
        assert!(update.contains(&format!("{name} = :{name}")), "{update}");
    }
}

#[tokio::test]
async fn the_first_progress_of_a_range_makes_its_item() {
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    assert_eq!(advance(&recorded, 0, 10).await.unwrap(), Advance::Recorded);
    let range = recorded.sent()[0].body["TransactItems"][1]["Update"].clone();
    assert_eq!(
        range["ConditionExpression"],
        "attribute_not_exists(pk) OR (reached = :from AND parts = :its_parts AND is_done = :was_done)"
    );
}

#[tokio::test]
async fn progress_is_read_as_it_was_noted() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Item": item(100) })));
    let progress = imports(&recorded).progress(&id(7), RANGE.index).await.unwrap();
    assert_eq!(progress, Some(after(100)));
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["GetItem"]);
    assert_eq!(sent[0].body["Key"], json!({ "pk": { "S": "import#0190-a#7#range#3" } }));
    assert_eq!(sent[0].body["ConsistentRead"], json!(true));

    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    assert_eq!(imports(&recorded).progress(&id(7), 0).await.unwrap(), None);
}

#[tokio::test]
async fn the_part_that_failed_says_why() {
    for (reasons, answer) in [
        ([no_reason(), failed_over(None)], Advance::Overtaken),
        ([failed_over(None), no_reason()], Advance::Closed),
        ([failed_over(None), failed_over(None)], Advance::Closed),
    ] {
        let recorded = Recorded::new(move |_| canceled(&reasons));
        assert_eq!(advance(&recorded, 0, 10).await.unwrap(), answer);
        assert_eq!(recorded.sent().len(), 1);
    }
}

/// For ten minutes DynamoDB answers a repetition under the same token with success.
#[tokio::test(start_paused = true)]
async fn a_note_whose_answer_got_lost_is_repeated_under_its_token() {
    for lost in [
        || Answer::Dropped,
        || Answer::Error(500, "InternalServerError", json!({})),
    ] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => lost(),
            _ => Answer::Success(json!({})),
        });
        assert_eq!(advance(&recorded, 0, 10).await.unwrap(), Advance::Recorded);
        let sent = recorded.sent();
        assert_eq!(sent.len(), 2);
        assert!(sent[0].body["ClientRequestToken"].is_string());
        assert_eq!(sent[0].body, sent[1].body);
    }
}

/// Every range adds to the same upload.
#[tokio::test(start_paused = true)]
async fn a_note_that_meets_another_ranges_waits_for_it() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 | 2 => canceled(&[conflict(), no_reason()]),
        3 => throttled(),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(advance(&recorded, 0, 10).await.unwrap(), Advance::Recorded);
    assert_eq!(recorded.sent().len(), 4);

    let recorded = Recorded::new(|_| canceled(&[conflict(), no_reason()]));
    let failure = advance(&recorded, 0, 10).await.unwrap_err();
    assert!(failure.transient);
}

#[tokio::test]
async fn a_damaged_range_is_a_permanent_failure() {
    for damage in [
        json!({ "reached": { "S": "1" } }),
        json!({ "rows_read": { "N": "-1" } }),
        json!({ "parts": { "L": [{ "N": "1" }] } }),
        json!({ "is_done": { "S": "yes" } }),
    ] {
        let mut item = item(10);
        for (name, value) in damage.as_object().unwrap() {
            item[name] = value.clone();
        }
        let recorded = Recorded::new(move |_| Answer::Success(json!({ "Item": item })));
        let failure = imports(&recorded).progress(&id(7), RANGE.index).await.unwrap_err();
        assert!(!failure.transient, "{damage}: {failure:?}");
    }
}
