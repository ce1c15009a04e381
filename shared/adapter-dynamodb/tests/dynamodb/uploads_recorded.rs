//! Tests that an upload changes its status once and keeps its first end, even if answers are lost.

use std::cell::RefCell;

use adapter_dynamodb::photo_uploads::DynamoPhotoUploads;
use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoUpload, PhotoUploads};
use domain::uploads::ports::UploadRepository;
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::{PhotoKey, UploadId};
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::anns_catalog;
use serde_json::json;

use crate::recorded::{Answer, Recorded, condition_failed, throttled};
use crate::samples::{now, sku};
use crate::upload_items::{catalog, counted, nothing_there, operations, photo, recorded_item, values};

fn id() -> UploadId {
    UploadId::parse("0190-a").unwrap()
}

fn table(recorded: &Recorded) -> Table {
    Table::new(&recorded.config, "imports")
}

async fn announce(recorded: &Recorded) -> Result<Upload, PortFailure> {
    let uploads = DynamoUploadRepository { table: table(recorded) };
    uploads.announce(&anns_catalog()).await
}

fn photos(recorded: &Recorded) -> DynamoPhotoUploads {
    DynamoPhotoUploads { table: table(recorded) }
}

fn photo_key() -> PhotoKey {
    PhotoKey {
        sku: sku("MUG-01"),
        upload_id: id(),
    }
}

async fn begin_photo(recorded: &Recorded) -> Result<PhotoUpload, PortFailure> {
    photos(recorded).begin(&photo_key(), 5, now()).await
}

#[tokio::test]
async fn an_upload_is_announced_under_the_number_counted_before() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => counted(7),
        _ => Answer::Success(json!({})),
    });
    let upload = announce(&recorded).await.unwrap();
    assert_eq!((upload.sequence, upload.status), (7, UploadStatus::Waiting));
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["UpdateItem", "PutItem"]);
    assert_eq!(sent[0].body["Key"], json!({ "pk": { "S": "counter#uploads" } }));
    assert_eq!(sent[0].body["UpdateExpression"], "SET kind = :kind ADD #sequence :one");
    assert_eq!(values(&sent[0])[":one"], json!({ "N": "1" }));
    assert_eq!(sent[1].body["ConditionExpression"], "attribute_not_exists(pk)");
    assert_eq!(
        sent[1].body["Item"],
        json!({
            "pk": { "S": "upload#0190-a" },
            "kind": { "S": "UPLOAD" },
            "upload_id": { "S": "0190-a" },
            "sequence": { "N": "7" },
            "brings": { "S": "catalog" },
            "file_name": { "S": "spring.csv" },
            "size_bytes": { "N": "1000" },
            "created_by": { "S": "ann" },
            "created_at": { "N": "1700000000000" },
            "updated_at": { "N": "1700000000000" },
            "correlation_id": { "S": "announcing.request-1" },
            "status": { "S": "WAITING" },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn an_announcement_whose_answer_got_lost_keeps_its_number() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 | 3 => Answer::Dropped,
        2 => counted(8),
        _ => condition_failed(&sent[2].body["Item"]),
    });
    assert_eq!(announce(&recorded).await.unwrap().sequence, 8);
    assert_eq!(
        operations(&recorded),
        ["UpdateItem", "UpdateItem", "PutItem", "PutItem"]
    );
}

#[tokio::test]
async fn an_upload_is_read_as_it_is_now() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Item": photo("WAITING") })));
    let uploads = DynamoUploadRepository {
        table: table(&recorded),
    };
    let upload = uploads.find(&id()).await.unwrap().unwrap();
    assert_eq!(upload.object_key(), "photos/MUG-01/0190-a");
    assert_eq!(recorded.sent()[0].body["ConsistentRead"], json!(true));
}

#[tokio::test(start_paused = true)]
async fn a_beginning_whose_answer_got_lost_has_begun() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Error(500, "InternalServerError", json!({})),
        _ => condition_failed(&photo("PROCESSING")),
    });
    let expected = PhotoUpload {
        sequence: 7,
        correlation_id: (&id()).into(),
        finished: false,
    };
    assert_eq!(begin_photo(&recorded).await.unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_announced_is_recorded_with_one_permission() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => nothing_there(),
        2 => counted(9),
        3 => Answer::Dropped,
        _ => condition_failed(&recorded_item(&sent[2])),
    });
    let expected = PhotoUpload {
        sequence: 9,
        correlation_id: (&id()).into(),
        finished: false,
    };
    assert_eq!(begin_photo(&recorded).await.unwrap(), expected);
    let sent = recorded.sent();
    assert!(sent.iter().all(|sent| sent.operation == "UpdateItem"));
    assert_eq!(sent[2].body["Key"], json!({ "pk": { "S": "upload#0190-a" } }));
    assert_eq!(sent[2].body["ConditionExpression"], "attribute_not_exists(pk)");
    assert_eq!(
        recorded_item(&sent[2]),
        json!({
            "kind": { "S": "UPLOAD" },
            "upload_id": { "S": "0190-a" },
            "sequence": { "N": "9" },
            "brings": { "S": "product-photo" },
            "sku": { "S": "MUG-01" },
            "content_type": { "S": "application/octet-stream" },
            "size_bytes": { "N": "5" },
            "created_at": { "N": "1700000000000" },
            "updated_at": { "N": "1700000000000" },
            "status": { "S": "PROCESSING" },
        })
    );
}

#[tokio::test]
async fn a_photo_at_the_key_of_a_catalog_begins_nothing() {
    let recorded = Recorded::new(|_| condition_failed(&catalog("WAITING")));
    let failure = begin_photo(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(recorded.sent().len(), 1);
}

#[tokio::test]
async fn the_first_end_of_a_photo_stays() {
    let recorded = Recorded::new(|_| condition_failed(&photo("DONE")));
    let photos = photos(&recorded);
    photos.done(&id(), now()).await.unwrap();
    photos.reject(&id(), "the file is empty", now()).await.unwrap();
    for sent in recorded.sent() {
        assert_eq!(sent.operation, "UpdateItem");
        assert_eq!(sent.body["ConditionExpression"], "#status IN (:waiting, :processing)");
    }
    assert!(begin_photo(&recorded).await.unwrap().finished);
}

#[tokio::test(start_paused = true)]
async fn a_busy_table_is_asked_a_few_times() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 | 3 => throttled(),
        2 => counted(7),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(announce(&recorded).await.unwrap().sequence, 7);

    let recorded = Recorded::new(|_| throttled());
    let failures = [
        announce(&recorded).await.unwrap_err(),
        begin_photo(&recorded).await.unwrap_err(),
        photos(&recorded).done(&id(), now()).await.unwrap_err(),
    ];
    for failure in &failures {
        assert!(failure.transient, "{failure:?}");
    }
    assert_eq!(recorded.sent().len(), failures.len() * ATTEMPTS_MAX as usize);
}

/// The request is over when its file arrives: its trace continues from what the upload has stored.
#[tokio::test]
async fn the_trace_of_the_request_that_announced_a_file_is_stored_and_continued() {
    thread_local! {
        static CONTINUED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => counted(7),
        _ => Answer::Success(json!({})),
    });
    let uploads = DynamoUploadRepository {
        table: table(&recorded).with_trace_header(|| Some("Root=1".to_owned())),
    };
    uploads.announce(&anns_catalog()).await.unwrap();
    let item = recorded.sent()[1].body["Item"].clone();
    assert_eq!(item["trace_header"], json!({ "S": "Root=1" }));

    let mut stored = photo("PROCESSING");
    stored["trace_header"] = item["trace_header"].clone();
    stored["correlation_id"] = item["correlation_id"].clone();
    let recorded = Recorded::new(move |_| Answer::Success(json!({ "Attributes": stored })));
    let photos = DynamoPhotoUploads {
        table: table(&recorded).with_continued_trace(|header| {
            CONTINUED.with_borrow_mut(|continued| continued.push(header.to_owned()));
        }),
    };
    let begun = photos.begin(&photo_key(), 5, now()).await.unwrap();
    assert_eq!(CONTINUED.take(), ["Root=1"]);
    assert_eq!(begun.correlation_id, anns_catalog().correlation_id);
}
