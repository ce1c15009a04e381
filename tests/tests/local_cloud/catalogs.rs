//! Tests the deployed csv-ingester with events of EventBridge.

use function_tests::event;
use serde_json::{Value, json};

use crate::place::Place;

fn created(bucket: &str, key: &str, size_bytes: usize) -> Value {
    let mut event = event("csv-ingester");
    event["detail"]["bucket"]["name"] = json!(bucket);
    event["detail"]["object"] = json!({ "key": key, "size": size_bytes, "etag": "b1946ac92492d2347c6235b4d2611184" });
    event
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn the_same_file_twice_and_an_older_one_late_change_nothing() {
    let place = Place::open();
    let client = &place.client;
    let olga = client.token("olga", &["staff"]);
    let import = |price: &str| {
        let file = tests::catalog::one_product("TWICE-MUG", price, 7);
        let upload = client.import_catalog(&olga, "twice.csv", file.as_bytes());
        assert_eq!(upload["status"], "DONE", "{upload}");
        (upload["id"].as_str().unwrap().to_owned(), file.len(), upload)
    };
    let (older, older_bytes, _) = import("1.00");
    let (newer, newer_bytes, upload) = import("2.00");
    let bucket = place.output("UploadsBucketName");
    for (id, bytes) in [(&newer, newer_bytes), (&older, older_bytes), (&newer, newer_bytes)] {
        let answer = place
            .invoke("CsvIngester", &created(bucket, &format!("catalogs/{id}.csv"), bytes))
            .unwrap();
        assert_eq!(answer["outcome"], "FINISHED_BEFORE", "{answer}");
    }
    // A version of the file that S3 wrote before the imported one.
    let mut older_version = created(bucket, &format!("catalogs/{newer}.csv"), newer_bytes);
    older_version["detail"]["object"]["sequencer"] = json!("01");
    let answer = place.invoke("CsvIngester", &older_version).unwrap();
    assert_eq!(answer["outcome"], "OUTDATED", "{answer}");
    let product = client.get("/products/TWICE-MUG", None).json();
    assert_eq!(product["price"], json!({ "amount_minor": 200, "currency": "EUR" }));
    assert_eq!(client.settled_upload(&olga, &format!("/uploads/{newer}")), upload);
    assert_eq!(
        client.mails_with("olga", "twice.csv").len(),
        2,
        "one mail per file, however often its event is delivered"
    );
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn a_small_file_is_read_in_one_go_with_a_report_of_its_own() {
    let place = Place::open();
    let client = &place.client;
    let olga = client.token("olga", &["staff"]);
    let file = tests::catalog::one_product("SMALL-MUG", "1.00", 7) + "SMALL-CUP,Cup,No price,,EUR,1\r\n";
    let upload = client.import_catalog(&olga, "small.csv", file.as_bytes());
    assert_eq!(
        (&upload["status"], &upload["import"]["rows_written"]),
        (&json!("DONE"), &json!(1))
    );
    let report = client.get(upload["import"]["rejected_rows_url"].as_str().unwrap(), None);
    let report = String::from_utf8(report.bytes).unwrap();
    assert!(
        report.starts_with("\u{feff}line,reason,popshop report \u{2713},sku,") && report.contains("\r\n3,"),
        "{report}"
    );
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn a_foreign_file_is_ignored_and_a_malformed_event_is_refused_by_name() {
    let place = Place::open();
    let bucket = place.output("UploadsBucketName");
    for foreign in [
        created("another-bucket", "catalogs/a.csv", 1),
        created(bucket, "catalogs/a+b?.txt", 1),
    ] {
        assert_eq!(place.invoke("CsvIngester", &foreign).unwrap()["outcome"], "IGNORED");
    }
    let error = place.invoke("CsvIngester", &json!({ "detail": 7 })).unwrap_err();
    assert_eq!(error["errorType"], "StepInputMalformed", "{error}");
}
