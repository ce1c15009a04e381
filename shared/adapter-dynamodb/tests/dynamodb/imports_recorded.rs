//! Tests that an import begins and ends once for each version of its file, even if answers are lost.

use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::table::Table;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{Begin, CatalogImport, CatalogImportEnd, Finish, ImportLedger};
use domain::ports::PortFailure;
use domain::values::{CustomerId, ImportCounts, ObjectSequencer};
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::anns_import;
use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, Sent, condition_failed, throttled};
use crate::samples::now;
use crate::upload_items::{
    counted, ended, imported, nothing_there, operations, photo, recorded_item, sequencer, values,
};

const COUNTS: ImportCounts = ImportCounts {
    rows_read: 10,
    rows_written: 9,
    rows_rejected: 1,
    bytes_read: 500,
    bytes_total: 1_000,
};

pub(crate) fn id(sequence: u64) -> ImportId {
    ImportId {
        sequence,
        ..anns_import(None, 0).id
    }
}

pub(crate) fn imports(recorded: &Recorded) -> DynamoImportLedger {
    DynamoImportLedger {
        table: Table::new(&recorded.config, "imports"),
    }
}

async fn begin(recorded: &Recorded, version_id: Option<&str>, sequencer: Option<&str>) -> Result<Begin, PortFailure> {
    let object = anns_import(version_id, 1_000).object;
    let sequencer = sequencer.map(|text| ObjectSequencer::parse(text).unwrap());
    let imports = imports(recorded);
    imports
        .begin(&id(7).upload_id, &object, sequencer.as_ref(), now())
        .await
}

async fn begun(recorded: &Recorded, version_id: &str, sequencer: &str) -> CatalogImport {
    match begin(recorded, Some(version_id), Some(sequencer)).await.unwrap() {
        Begin::Import(import) => import,
        Begin::Outdated => panic!("no version is newer"),
    }
}

fn done(rows_read: u64) -> CatalogImportEnd {
    CatalogImportEnd::Done {
        counts: ImportCounts { rows_read, ..COUNTS },
        unknown_columns: vec!["colour".to_owned()],
    }
}

/// The item of a later version, as its beginning left it.
fn replaced(sent: &Sent) -> Value {
    let mut item = imported("PROCESSING");
    for name in ["sequence", "version_id", "sequencer"] {
        item[name] = values(sent)[format!(":{name}")].clone();
    }
    item
}

#[tokio::test]
async fn an_import_begins_in_one_update() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Attributes": imported("PROCESSING") })));
    let import = begun(&recorded, "v1", "A1").await;
    assert_eq!((import.id, import.finished), (id(7), None));
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["UpdateItem"]);
    assert_eq!(sent[0].body["Key"], json!({ "pk": { "S": "upload#0190-a" } }));
    assert_eq!(
        sent[0].body["ConditionExpression"],
        "#status = :waiting AND brings = :brings"
    );
    assert_eq!(
        sent[0].body["UpdateExpression"],
        "SET #status = :processing, updated_at = :at, rows_read = :rows_read, rows_written = :rows_written, \
         rows_rejected = :rows_rejected, bytes_read = :bytes_read, bytes_total = :bytes_total, \
         version_id = :version_id, sequencer = :sequencer"
    );
    assert_eq!(sent[0].body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    assert_eq!(values(&sent[0])[":bytes_total"], json!({ "N": "1000" }));
    assert_eq!(values(&sent[0])[":brings"], json!({ "S": "catalog" }));
    assert_eq!(values(&sent[0])[":sequencer"], json!({ "S": sequencer("A1") }));
}

#[tokio::test(start_paused = true)]
async fn a_beginning_whose_answer_got_lost_has_begun() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Dropped,
        _ => condition_failed(&imported("PROCESSING")),
    });
    let import = begun(&recorded, "v1", "A1").await;
    assert_eq!((import.id, import.finished), (id(7), None));
    assert_eq!(recorded.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_announced_is_recorded_with_its_version() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => nothing_there(),
        2 => counted(9),
        3 => Answer::Dropped,
        _ => condition_failed(&recorded_item(&sent[2])),
    });
    let import = begun(&recorded, "v1", "A1").await;
    assert_eq!((import.id, import.file_name), (id(9), "0190-a.csv".to_owned()));
    let item = recorded_item(&recorded.sent()[2]);
    assert_eq!(item["version_id"], json!({ "S": "v1" }));
    assert_eq!(item["sequencer"], json!({ "S": sequencer("A1") }));
    assert_eq!(item["bytes_total"], json!({ "N": "1000" }));
}

#[tokio::test]
async fn of_two_who_record_the_same_file_the_slower_one_takes_the_others_number() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => nothing_there(),
        2 => counted(9),
        _ => condition_failed(&imported("PROCESSING")),
    });
    assert_eq!(begun(&recorded, "v1", "A1").await.id, id(7));
}

#[tokio::test]
async fn a_newer_version_takes_the_place_of_the_one_that_was_found() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => condition_failed(&ended(&done_request())),
        2 => counted(9),
        _ => Answer::Success(json!({ "Attributes": replaced(&sent[2]) })),
    });
    let import = begun(&recorded, "v2", "A2").await;
    assert_eq!((import.id, import.finished), (id(9), None));
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["UpdateItem"; 3]);
    assert_eq!(sent[2].body["ConditionExpression"], "#sequence = :before");
    assert_eq!(
        sent[2].body["UpdateExpression"],
        "SET #status = :processing, #sequence = :sequence, updated_at = :at, rows_read = :rows_read, \
         rows_written = :rows_written, rows_rejected = :rows_rejected, bytes_read = :bytes_read, \
         bytes_total = :bytes_total, version_id = :version_id, sequencer = :sequencer REMOVE reason, unknown_columns"
    );
    assert_eq!(sent[2].body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    assert_eq!(values(&sent[2])[":before"], json!({ "N": "7" }));
    assert_eq!(values(&sent[2])[":rows_read"], json!({ "N": "0" }));
}

#[tokio::test]
async fn what_the_newer_version_does_not_have_is_forgotten() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => condition_failed(&imported("PROCESSING")),
        2 => counted(9),
        _ => {
            let mut item = imported("PROCESSING");
            item["sequence"] = json!({ "N": "9" });
            item["version_id"] = json!({ "S": "v2" });
            item.as_object_mut().unwrap().remove("sequencer");
            Answer::Success(json!({ "Attributes": item }))
        }
    });
    let begin = begin(&recorded, Some("v2"), None).await.unwrap();
    assert!(matches!(begin, Begin::Import(import) if import.id == id(9)));
    let update = recorded.sent()[2].body["UpdateExpression"].clone();
    let update = update.as_str().unwrap();
    assert!(
        update.ends_with("REMOVE reason, unknown_columns, sequencer"),
        "{update}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_replacement_whose_answer_got_lost_has_begun_once() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => condition_failed(&imported("PROCESSING")),
        2 => counted(9),
        3 => Answer::Dropped,
        _ => condition_failed(&replaced(&sent[2])),
    });
    assert_eq!(begun(&recorded, "v2", "A2").await.id, id(9));
    assert_eq!(recorded.sent().len(), 4);
}

#[tokio::test]
async fn of_two_newer_versions_the_newest_stays() {
    // The third version took the place before the second could.
    let third_was_faster = |sent: &[Sent]| match sent.len() {
        1 => condition_failed(&imported("PROCESSING")),
        2 => counted(9),
        3 => {
            let mut third = imported("PROCESSING");
            third["sequence"] = json!({ "N": "8" });
            third["version_id"] = json!({ "S": "v3" });
            third["sequencer"] = json!({ "S": sequencer("A3") });
            condition_failed(&third)
        }
        4 => counted(10),
        _ => Answer::Success(json!({ "Attributes": replaced(&sent[4]) })),
    };
    let recorded = Recorded::new(third_was_faster);
    let begin = begin(&recorded, Some("v2"), Some("A2")).await.unwrap();
    assert_eq!((begin, recorded.sent().len()), (Begin::Outdated, 3));

    let recorded = Recorded::new(third_was_faster);
    assert_eq!(begun(&recorded, "v4", "A4").await.id, id(10));
    assert_eq!(values(&recorded.sent()[4])[":before"], json!({ "N": "8" }));
}

#[tokio::test]
async fn who_never_wins_a_race_comes_back_later() {
    let recorded = Recorded::new(|sent| match sent.last().unwrap().body["UpdateExpression"].as_str() {
        Some(update) if update.contains("ADD") => counted(9),
        _ => condition_failed(&imported("PROCESSING")),
    });
    let failure = begin(&recorded, Some("v2"), Some("A2")).await.unwrap_err();
    assert!(failure.transient);
    assert_eq!(recorded.sent().len(), 1 + 2 * 4);
}

#[tokio::test]
async fn an_older_version_changes_nothing() {
    for status in ["PROCESSING", "REJECTED"] {
        let recorded = Recorded::new(move |_| condition_failed(&imported(status)));
        let begin = begin(&recorded, Some("v0"), Some("9F")).await.unwrap();
        assert_eq!((begin, recorded.sent().len()), (Begin::Outdated, 1));
    }
}

#[tokio::test]
async fn a_file_of_another_kind_begins_nothing() {
    let recorded = Recorded::new(|_| condition_failed(&photo("WAITING")));
    let failure = begin(&recorded, Some("v1"), Some("A1")).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(recorded.sent().len(), 1);
}

/// A request that ends the import, as it is sent.
fn done_request() -> Sent {
    Sent {
        operation: "UpdateItem".to_owned(),
        body: json!({ "ExpressionAttributeValues": {
            ":rows_read": { "N": "10" },
            ":rows_written": { "N": "9" },
            ":rows_rejected": { "N": "1" },
            ":bytes_read": { "N": "500" },
            ":bytes_total": { "N": "1000" },
            ":unknown_columns": { "L": [{ "S": "colour" }] },
        } }),
    }
}

#[tokio::test]
async fn an_end_answers_whose_import_it_was() {
    let recorded = Recorded::new(|sent| Answer::Success(json!({ "Attributes": ended(&sent[0]) })));
    let finish = imports(&recorded).finish(&id(7), &done(10), now()).await.unwrap();
    let Finish::Ended(import) = finish else {
        panic!("this call ended it, got {finish:?}")
    };
    let uploaded_by = import.uploaded_by.as_ref().map(CustomerId::as_str);
    assert_eq!(uploaded_by, Some("ann"));
    assert_eq!((import.id, import.finished), (id(7), Some(done(10))));
    let sent = recorded.sent();
    assert_eq!(sent[0].body["ReturnValues"], "ALL_NEW");
    assert_eq!(
        sent[0].body["ConditionExpression"],
        "#status IN (:waiting, :processing) AND #sequence = :sequence"
    );
    assert_eq!(values(&sent[0])[":sequence"], json!({ "N": "7" }));
    assert_eq!(
        sent[0].body["UpdateExpression"],
        "SET #status = :end, updated_at = :at, unknown_columns = :unknown_columns, rows_read = :rows_read, \
         rows_written = :rows_written, rows_rejected = :rows_rejected, bytes_read = :bytes_read, \
         bytes_total = :bytes_total"
    );
}

#[tokio::test(start_paused = true)]
async fn an_end_whose_answer_got_lost_is_ones_own_and_the_first_for_all() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Dropped,
        _ => condition_failed(&ended(&sent[0])),
    });
    let imports = imports(&recorded);
    let rejected = CatalogImportEnd::Rejected {
        reason: "too late".to_owned(),
    };
    for end in [done(10), done(11), rejected] {
        let finish = imports.finish(&id(7), &end, now()).await.unwrap();
        assert!(
            matches!(&finish, Finish::EndedBefore(import) if import.finished == Some(done(10))),
            "{finish:?}"
        );
    }
    let sent = recorded.sent();
    let last = sent.last().unwrap();
    assert_eq!(
        last.body["UpdateExpression"],
        "SET #status = :end, updated_at = :at, reason = :reason"
    );
    assert_eq!(values(last)[":end"], json!({ "S": "REJECTED" }));
}

#[tokio::test]
async fn an_import_that_was_replaced_has_no_end() {
    for status in ["PROCESSING", "DONE"] {
        let recorded = Recorded::new(move |_| condition_failed(&imported(status)));
        let finish = imports(&recorded).finish(&id(6), &done(10), now()).await.unwrap();
        assert!(
            matches!(&finish, Finish::Superseded(import) if import.id == id(6) && import.finished.is_none()),
            "{status}: {finish:?}"
        );
    }
}

#[tokio::test]
async fn what_was_never_begun_has_no_end() {
    let recorded = Recorded::new(|_| nothing_there());
    let failure = imports(&recorded).finish(&id(7), &done(10), now()).await.unwrap_err();
    assert!(!failure.transient, "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_table_is_asked_a_few_times() {
    let recorded = Recorded::new(|_| throttled());
    let failures = [
        begin(&recorded, Some("v1"), Some("A1")).await.unwrap_err(),
        imports(&recorded).finish(&id(7), &done(1), now()).await.unwrap_err(),
        imports(&recorded).progress(&id(7), 0).await.unwrap_err(),
    ];
    for failure in &failures {
        assert!(failure.transient, "{failure:?}");
    }
    assert_eq!(recorded.sent().len(), failures.len() * ATTEMPTS_MAX as usize);
}

#[tokio::test]
async fn a_damaged_upload_is_a_permanent_failure() {
    for damage in [
        json!({ "brings": { "S": "a mug" } }),
        json!({ "sequence": { "S": "7" } }),
        json!({ "sequencer": { "S": "newest" } }),
        json!({ "status": { "S": "LOST" } }),
        json!({ "rows_written": { "S": "1" } }),
        json!({ "status": { "S": "DONE" }, "unknown_columns": { "S": "colour" } }),
    ] {
        let mut item = imported("PROCESSING");
        for (name, value) in damage.as_object().unwrap() {
            item[name] = value.clone();
        }
        let recorded = Recorded::new(move |_| condition_failed(&item));
        let failure = begin(&recorded, Some("v1"), Some("A1")).await.unwrap_err();
        assert!(!failure.transient, "{damage}: {failure:?}");
    }
}
