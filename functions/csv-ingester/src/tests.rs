//! Tests of csv-ingester over its events.

use function_tests::{
    CATALOG, CATALOG_BYTES, CATALOG_ROWS, THUMBNAILS_BUCKET, UPLOADS_BUCKET, World, error_name, event,
};

use super::*;

async fn reply(world: &World, event: Value) -> Reply {
    let import = ImportCatalog {
        divided_above_bytes: CATALOG_BYTES as u64,
        ..ImportCatalog::from(&world.shop)
    };
    handle(world.invocation_of("csv-ingester", event), &import, UPLOADS_BUCKET).await
}

#[tokio::test]
async fn a_catalog_becomes_products_once() {
    let world = World::open();
    world.put_catalog(CATALOG_ROWS);
    let first = reply(&world, event("csv-ingester")).await.unwrap();
    assert_eq!(first, json!({"outcome": "DONE", "rows_written": 2, "rows_rejected": 1}));
    assert_eq!((world.available("CUP-01"), world.available("MUG-01")), (4, 9));
    let again = reply(&world, event("csv-ingester")).await.unwrap();
    assert_eq!(again, json!({"outcome": "FINISHED_BEFORE"}));
}

#[tokio::test]
async fn an_object_that_is_not_a_catalog_is_ignored() {
    let world = World::open();
    let ignored = json!({"outcome": "IGNORED"});
    assert_eq!(reply(&world, event("csv-ingester.rejected")).await.unwrap(), ignored);
    for (pointer, value) in [
        ("/detail/object/key", "catalogs/"),
        ("/detail/object/key", "reports/0192/rejected.csv"),
        ("/detail/bucket/name", THUMBNAILS_BUCKET),
        ("/detail-type", "Object Deleted"),
    ] {
        let mut event = event("csv-ingester");
        *event.pointer_mut(pointer).unwrap() = json!(value);
        assert_eq!(reply(&world, event).await.unwrap(), ignored, "{pointer}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_fails_by_name() {
    let mut keyless = event("csv-ingester");
    keyless["detail"]["object"] = json!({});
    for event in [keyless, json!({}), json!(null)] {
        assert_eq!(error_name(reply(&World::open(), event).await), "StepInputMalformed");
    }
}

/// The number of rows in the metrics since the last time.
fn rows_counted() -> u64 {
    let lines = function_tests::log::taken();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| line["CatalogRowsWritten"].as_u64()).sum()
}

#[tokio::test]
async fn the_rows_of_an_import_are_counted_once_although_its_mail_failed() {
    let world = World::open();
    world.ids.announce(CATALOG);
    let mut announced = function_tests::event("uploads-create");
    announced["body"] = function_tests::event("uploads-create.rejected")["body"].take();
    let created = function_tests::http(world.invoke("uploads-create", announced).await);
    assert_eq!(created["status"], 201);
    world.put_catalog(CATALOG_ROWS);
    rows_counted();
    world.memory.refuse_next("mail.send");
    assert_eq!(
        error_name(reply(&world, event("csv-ingester")).await),
        "TransientFailure"
    );
    assert_eq!(rows_counted(), 2, "the rows are written, whatever becomes of the mail");
    let again = reply(&world, event("csv-ingester")).await.unwrap();
    assert_eq!(again, json!({"outcome": "FINISHED_BEFORE"}));
    assert_eq!(rows_counted(), 0);
    assert_eq!(world.memory.look(|tables| tables.mails.len()), 1);
}
