//! Tests that a folder behaves like S3 beyond the contracts of the ports: keys, versions, events, damaged files.

use std::sync::Arc;

use adapter_embedded::Database;
use adapter_embedded::buckets::{
    Bucket, Buckets, KEY_BYTES_MAX, ObjectEvent, PutCondition, PutOutcome, Versions, WHOLE, forget_object_event,
    object_events,
};
use adapter_system::clock::SystemClock;
use domain::catalog::ports::ByteStream;

use crate::shop::{Shop, TestFolder};

async fn events(database: &Database) -> Vec<ObjectEvent> {
    database
        .call("read object events", |connection| object_events(connection, 1_000))
        .await
        .unwrap()
}

async fn content(bucket: &Bucket, key: &str) -> Option<Vec<u8>> {
    let (_, mut stream) = bucket.get(key, None, WHOLE).await.unwrap()?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await.unwrap() {
        bytes.extend(piece);
    }
    Some(bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_puts_that_want_no_predecessor_one_succeeds() {
    let shop = Shop::in_memory();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16_u8 {
        let bucket = shop.uploads.clone();
        tasks.spawn(async move {
            bucket
                .put("photos/a/b", &[number], "image/png", PutCondition::IfAbsent)
                .await
        });
    }
    let outcomes: Vec<PutOutcome> = tasks.join_all().await.into_iter().map(Result::unwrap).collect();
    let stored: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            PutOutcome::Stored(object) => Some(object),
            PutOutcome::AlreadyExists => None,
        })
        .collect();
    assert_eq!(stored.len(), 1, "{outcomes:?}");
    assert_eq!(
        content(&shop.uploads, "photos/a/b").await.map(|bytes| bytes.len()),
        Some(1)
    );
    let events = events(&shop.database).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].version_id, stored[0].version_id);
    assert_eq!(events[0].sequencer, stored[0].sequencer);
    assert_eq!((events[0].bucket.as_str(), events[0].size_bytes), ("uploads", 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_a_mixture_of_two_writes() {
    const LENGTH: usize = 600_000;
    let shop = Shop::in_memory();
    shop.thumbnails
        .put("a", &vec![0; LENGTH], "image/png", PutCondition::Always)
        .await
        .unwrap();
    let writer = shop.thumbnails.clone();
    let writing = tokio::spawn(async move {
        for number in 1..20_u8 {
            writer
                .put("a", &vec![number; LENGTH], "image/png", PutCondition::Always)
                .await
                .unwrap();
        }
    });
    while !writing.is_finished() {
        let bytes = content(&shop.thumbnails, "a").await.expect("there always is an object");
        assert_eq!(bytes.len(), LENGTH);
        assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    }
    writing.await.unwrap();
}

#[tokio::test]
async fn later_writes_have_greater_sequencers_and_events_are_forgotten_one_by_one() {
    let shop = Shop::in_memory();
    for _ in 0..3 {
        shop.thumbnails
            .put("a b+ü", b"x", "image/png", PutCondition::Always)
            .await
            .unwrap();
    }
    let before = events(&shop.database).await;
    assert!(before.is_sorted_by(|a, b| a.sequencer < b.sequencer));
    assert!(
        before
            .iter()
            .all(|event| event.key == "a b+ü" && event.version_id.is_none())
    );
    let first = before[0].id;
    shop.database
        .call("forget object event", move |connection| {
            forget_object_event(connection, first)
        })
        .await
        .unwrap();
    assert_eq!(events(&shop.database).await, before[1..]);
}

#[tokio::test]
async fn keys_that_would_escape_stay_in_their_bucket() {
    let folder = TestFolder::create();
    let shop = Shop::open(&folder);
    let long = "é".repeat(KEY_BYTES_MAX / 2);
    let keys = [
        "../../escaped",
        "/etc/escaped",
        "..",
        "a/../b",
        "a//b",
        "a/",
        "nul\0",
        long.as_str(),
    ];
    for key in keys {
        shop.uploads
            .put(key, key.as_bytes(), "text/plain", PutCondition::IfAbsent)
            .await
            .unwrap();
    }
    for key in keys {
        assert_eq!(
            content(&shop.uploads, key).await.as_deref(),
            Some(key.as_bytes()),
            "{key:?}"
        );
    }
    let siblings: Vec<_> = std::fs::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        siblings.iter().all(|name| !name.to_string_lossy().contains("escaped")),
        "{siblings:?}"
    );
    for key in [String::new(), "x".repeat(KEY_BYTES_MAX + 1)] {
        assert!(shop.uploads.begin(&key).await.is_err(), "{} bytes", key.len());
    }
}

#[tokio::test]
async fn strange_bucket_names_are_refused() {
    let database = Database::in_memory().unwrap();
    let buckets = Buckets::in_temporary_folder(database, Arc::new(SystemClock)).unwrap();
    for name in ["", "ab", "..", ".incoming", "a/b", "Upper", "-ab", "ä-ö"] {
        assert!(buckets.bucket(name, Versions::Kept).is_err(), "{name:?}");
    }
    assert!(
        buckets
            .bucket("popshop-dev-uploads-000000000000", Versions::Kept)
            .is_ok()
    );
}

#[tokio::test]
async fn what_an_earlier_process_left_unfinished_is_removed_and_never_seen() {
    let folder = TestFolder::create();
    {
        let shop = Shop::open(&folder);
        shop.uploads
            .put("kept", b"kept", "text/plain", PutCondition::Always)
            .await
            .unwrap();
        let mut writer = shop.uploads.begin("lost").await.unwrap();
        writer.write(b"half").await.unwrap();
        // As a process does that is killed: nothing is cleaned up.
        std::mem::forget(writer);
    }
    let incoming = folder.path.join("buckets").join(".incoming");
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 1);
    let shop = Shop::open(&folder);
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
    assert_eq!(
        content(&shop.uploads, "kept").await.as_deref(),
        Some(b"kept".as_slice())
    );
    assert_eq!(content(&shop.uploads, "lost").await, None);
    assert_eq!(events(&shop.database).await.len(), 1);
}

#[tokio::test]
async fn a_replaced_or_refused_object_leaves_no_file_behind() {
    let folder = TestFolder::create();
    let shop = Shop::open(&folder);
    for _ in 0..3 {
        shop.thumbnails
            .put("a/b", b"x", "image/png", PutCondition::Always)
            .await
            .unwrap();
    }
    let refused = shop
        .thumbnails
        .put("a/b", b"y", "image/png", PutCondition::IfAbsent)
        .await
        .unwrap();
    assert_eq!(refused, PutOutcome::AlreadyExists);
    drop(shop.thumbnails.begin("a/b").await.unwrap());
    let files = |path: &str| {
        std::fs::read_dir(folder.path.join("buckets").join(path))
            .unwrap()
            .count()
    };
    assert_eq!((files("thumbnails/a"), files(".incoming")), (1, 0));
    shop.thumbnails.delete("a/b").await.unwrap();
    assert_eq!(files("thumbnails/a"), 0);
}

#[tokio::test]
async fn a_file_that_is_shorter_than_its_row_is_a_failure_and_no_end() {
    let folder = TestFolder::create();
    let shop = Shop::open(&folder);
    shop.uploads
        .put("a", &[7; 1_000], "text/plain", PutCondition::Always)
        .await
        .unwrap();
    let entry = std::fs::read_dir(folder.path.join("buckets/uploads"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(entry.path()).unwrap();
    file.set_len(600).unwrap();
    let (_, mut stream) = shop.uploads.get("a", None, WHOLE).await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().map(|piece| piece.len()), Some(600));
    assert!(stream.next().await.unwrap_err().transient);
}
