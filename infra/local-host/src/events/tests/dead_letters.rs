//! Tests that an upload shows that its file was set aside, and that events that were set aside can be retried.

use std::sync::atomic::{AtomicBool, Ordering};

use adapter_embedded::uploads::SqliteUploadRepository;
use domain::uploads::ports::{AnnouncedUpload, UploadRepository as _};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CorrelationId, CustomerId, Sku, UploadId};

use super::*;
use crate::event_log::stories::MadeBy;
use crate::events::clock::now_ms;
use crate::events::dead_letters::{self, DeadLetterFault};

async fn announce(database: &Database, id: &str, kind: UploadKind) {
    let repository = SqliteUploadRepository {
        database: database.clone(),
    };
    let upload = AnnouncedUpload {
        id: UploadId::parse(id).unwrap(),
        kind,
        size_bytes: 5,
        created_by: CustomerId::parse("olga").unwrap(),
        created_at: Timestamp::from_unix_ms(0),
        correlation_id: CorrelationId::parse("request-1").unwrap(),
    };
    repository.announce(&upload).await.unwrap();
}

async fn upload(database: &Database, id: &str) -> Upload {
    let repository = SqliteUploadRepository {
        database: database.clone(),
    };
    repository.find(&UploadId::parse(id).unwrap()).await.unwrap().unwrap()
}

/// The only dead letter.
async fn dead_letter(world: &World) -> Value {
    let deployment = Arc::clone(&world.plane.deployment);
    let listed = world
        .plane
        .database
        .call("list", move |connection| dead_letters::list(connection, &deployment));
    let listed = listed.await.unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    listed[0].clone()
}

async fn redrive(world: &World, id: &str) -> Result<(), DeadLetterFault> {
    let (deployment, id) = (Arc::clone(&world.plane.deployment), id.to_owned());
    let redriven = world.plane.database.call("redrive", move |connection| {
        dead_letters::redrive(connection, &deployment, &id, now_ms())
    });
    redriven.await.unwrap()
}

/// Fails on every file until it is repaired.
async fn broken_world(repaired: &Arc<AtomicBool>) -> World {
    let repaired = Arc::clone(repaired);
    World::of(move |function, event| {
        let has_file = event.to_string().contains("u-1");
        if has_file && ["Thumbnailer", "CsvIngester"].contains(&function) && !repaired.load(Ordering::SeqCst) {
            return Err(failure());
        }
        Ok(json!({}))
    })
    .await
}

#[tokio::test]
async fn an_upload_shows_that_its_file_is_a_dead_letter_and_a_redrive_takes_that_back() {
    let photo = UploadKind::ProductPhoto {
        sku: Sku::parse("MUG-01").unwrap(),
        content_type: "image/png".to_owned(),
    };
    let catalog = UploadKind::Catalog {
        file_name: "spring.csv".to_owned(),
    };
    for (kind, key, queue, source, function) in [
        (
            photo,
            "photos/MUG-01/u-1",
            "ThumbnailDeadLetterQueue",
            "ThumbnailQueue",
            "Thumbnailer",
        ),
        (
            catalog,
            "catalogs/u-1.csv",
            "FailedEventsQueue",
            "CsvIngester",
            "CsvIngester",
        ),
    ] {
        let repaired = Arc::new(AtomicBool::new(false));
        let world = broken_world(&repaired).await;
        let database = &world.plane.database;
        announce(database, "u-1", kind).await;
        world.put(key).await;
        world.until_depth(queue, 1).await;
        let failed = upload(database, "u-1").await;
        assert_eq!(failed.status, UploadStatus::Rejected, "{key}");
        assert!(failed.reason.unwrap().contains("could not be processed"), "{key}");

        let letter = dead_letter(&world).await;
        assert_eq!(
            (&letter["queue"], &letter["source"], &letter["redrivable"]),
            (&json!(queue), &json!(source), &json!(true))
        );
        repaired.store(true, Ordering::SeqCst);
        let attempts = world.events(function).len();
        let id = letter["id"].as_str().unwrap();
        assert_eq!(redrive(&world, id).await, Ok(()));
        let again = upload(database, "u-1").await;
        assert_eq!((again.status, again.reason), (UploadStatus::Processing, None), "{key}");
        world.until_depth(queue, 0).await;
        let started = Instant::now();
        while world.events(function).len() == attempts {
            assert!(started.elapsed() < PATIENCE, "{key} was not delivered again");
            tokio::task::yield_now().await;
        }
        assert_eq!(redrive(&world, id).await, Err(DeadLetterFault::NotFound), "{key}");
    }
}

#[tokio::test]
async fn an_upload_that_ended_stays_as_it_is_when_a_late_delivery_fails() {
    let world = broken_world(&Arc::new(AtomicBool::new(false))).await;
    let database = &world.plane.database;
    let kind = UploadKind::ProductPhoto {
        sku: Sku::parse("MUG-01").unwrap(),
        content_type: "image/png".to_owned(),
    };
    announce(database, "u-1", kind).await;
    let done = |connection: &rusqlite::Connection| connection.execute("UPDATE uploads SET status = 'DONE'", []);
    database.call("end upload", done).await.unwrap();
    world.put("photos/MUG-01/u-1").await;
    world.until_depth("ThumbnailDeadLetterQueue", 1).await;
    assert_eq!(upload(database, "u-1").await.status, UploadStatus::Done);
}

#[tokio::test]
async fn a_change_that_cannot_be_decoded_is_set_aside_and_holds_nobody_up() {
    let world = World::of(|_, _| Ok(json!({ "batchItemFailures": [] }))).await;
    let database = &world.plane.database;
    let damage = |connection: &rusqlite::Connection| {
        for image in ["{", "[1,", "CAST"] {
            connection.execute(
                "INSERT INTO order_stream (event_name, keys, new_image, at) VALUES ('INSERT', '{}', ?1, 1)",
                [image],
            )?;
        }
        Ok(())
    };
    place_order(database, "order-1").await;
    database.call("damage", damage).await.unwrap();
    place_order(database, "order-2").await;
    let started = Instant::now();
    let arrived = |id: &str| world.events("SagaStart").iter().any(|event| event.contains(id));
    while !(arrived("order-1") && arrived("order-2")) {
        assert!(
            started.elapsed() < PATIENCE,
            "an order behind the damaged rows never arrived"
        );
        tokio::task::yield_now().await;
    }
    world.until_depth("FailedEventsQueue", 3).await;
    let record = world.body_in("FailedEventsQueue").await;
    assert_eq!(record["requestContext"]["condition"], "RecordUndecodable");
    let deployment = Arc::clone(&world.plane.deployment);
    let listed = database.call("list", move |connection| dead_letters::list(connection, &deployment));
    let letter = listed.await.unwrap()[0].clone();
    assert_eq!(
        (&letter["source"], &letter["redrivable"]),
        (&json!("SagaStart"), &json!(false))
    );
    let refused = redrive(&world, letter["id"].as_str().unwrap()).await;
    assert_eq!(refused, Err(DeadLetterFault::OfStream));
}

/// The records of a story, as `kind` and `queue`.
fn hops(world: &World, story: &str) -> Vec<(String, String)> {
    let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let file = world
        .plane
        .log
        .export(story, MadeBy::LocalHost, &world.plane.deployment);
    let events = file.map(|mut file| file["events"].take()).unwrap_or_default();
    let events = events.as_array().cloned().unwrap_or_default();
    events
        .iter()
        .map(|event| (text(event, "kind"), text(event, "queue")))
        .collect()
}

#[tokio::test]
async fn the_story_of_a_photo_has_each_hop_to_the_dead_letter_queue() {
    let world = broken_world(&Arc::new(AtomicBool::new(false))).await;
    let photo = UploadKind::ProductPhoto {
        sku: Sku::parse("MUG-01").unwrap(),
        content_type: "image/png".to_owned(),
    };
    announce(&world.plane.database, "u-1", photo).await;
    world.put("photos/MUG-01/u-1").await;
    world.until_depth("ThumbnailDeadLetterQueue", 1).await;
    let started = Instant::now();
    while !hops(&world, "request-1")
        .iter()
        .any(|(kind, _)| kind == "dead_lettered")
    {
        assert!(started.elapsed() < PATIENCE, "{:?}", hops(&world, "request-1"));
        tokio::task::yield_now().await;
    }
    let hop = |kind: &str, queue: &str| (kind.to_owned(), queue.to_owned());
    let bus = hop("bus_event", "");
    let found: Vec<_> = hops(&world, "request-1")
        .into_iter()
        .filter(|hop| *hop != bus)
        .collect();
    let expected = [
        hop("object_put", ""),
        hop("enqueued", "queue:thumbnail"),
        hop("dequeued", "queue:thumbnail"),
        hop("dequeued", "queue:thumbnail"),
        hop("dead_lettered", "queue:thumbnail-dead-letter"),
    ];
    assert_eq!(found, expected);
    let stories = world.plane.log.stories(1);
    assert_eq!(stories["stories"][0]["status"], "failed");
}

#[tokio::test]
async fn a_change_that_is_given_up_is_shown_in_its_story() {
    let world = World::of(|function, _| {
        if function == "SagaStart" {
            Err(failure())
        } else {
            Ok(json!({}))
        }
    })
    .await;
    let change = world.plane.database.call("change an order", |connection| {
        let image = json!({
            "kind": { "S": "ORDER" }, "order_id": { "S": "o-1" }, "status": { "S": "PENDING" },
            "correlation_id": { "S": "request-1" },
        });
        connection.execute(
            "INSERT INTO order_stream (event_name, keys, new_image, at) VALUES ('INSERT', '{}', ?1, 0)",
            [image.to_string()],
        )
    });
    change.await.unwrap();
    world.until_depth("FailedEventsQueue", 1).await;
    let hop = |kind: &str, queue: &str| (kind.to_owned(), queue.to_owned());
    let expected = [hop("stream_record", ""), hop("dead_lettered", "queue:failed-events")];
    assert_eq!(hops(&world, "request-1"), expected);
}
