//! Tests of the worker threads: grouped commits, failures within a group, readers, and closing.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::Database;
use crate::object_files::ScratchFolder;

const NOTES: &str = "CREATE TABLE IF NOT EXISTS notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";
const LONG: Duration = Duration::from_secs(20);

struct Notes {
    database: Database,
    folder: ScratchFolder,
}

impl Notes {
    async fn create() -> Self {
        let folder = ScratchFolder::create().unwrap();
        let database = Database::open(&folder.path().join("shop.sqlite3")).unwrap();
        database.ensure_schema(NOTES).await.unwrap();
        Self { database, folder }
    }

    async fn numbers(&self) -> BTreeSet<i64> {
        let numbers = self.database.read("read notes", |connection| {
            connection
                .prepare("SELECT number FROM notes")?
                .query_map([], |row| row.get(0))?
                .collect()
        });
        numbers.await.unwrap()
    }
}

/// Runs `work` for each number at once, and answers the numbers whose work succeeded.
async fn at_once(
    database: &Database,
    numbers: std::ops::Range<i64>,
    work: fn(&rusqlite::Connection, i64) -> rusqlite::Result<()>,
) -> BTreeSet<i64> {
    let running: Vec<_> = numbers
        .map(|number| {
            let database = database.clone();
            let call = async move {
                database
                    .call("write note", move |connection| work(connection, number))
                    .await
            };
            (number, tokio::spawn(call))
        })
        .collect();
    let mut succeeded = BTreeSet::new();
    for (number, call) in running {
        if call.await.unwrap().is_ok() {
            succeeded.insert(number);
        }
    }
    succeeded
}

fn write(connection: &rusqlite::Connection, number: i64, text: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO notes VALUES (?1, ?2)", (number, text))?;
    Ok(())
}

#[tokio::test]
async fn works_that_fail_or_panic_are_undone_alone_whatever_shares_their_transaction() {
    let notes = Notes::create().await;
    let succeeded = at_once(&notes.database, 0..600, |connection, number| {
        write(connection, number, "kept?")?;
        assert_ne!(number % 7, 0, "on purpose");
        if number % 5 == 0 {
            // Violates the key.
            return write(connection, number, "twice");
        }
        Ok(())
    });
    let expected: BTreeSet<i64> = (0..600).filter(|number| number % 7 != 0 && number % 5 != 0).collect();
    assert_eq!(succeeded.await, expected);
    assert_eq!(notes.numbers().await, expected);
}

#[tokio::test]
async fn on_a_full_disk_only_what_was_stored_is_acknowledged() {
    let notes = Notes::create().await;
    let limited = notes.database.call("limit", |connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update_and_check(None, "max_page_count", pages + 60, |_| Ok(()))
    });
    limited.await.unwrap();
    let succeeded = at_once(&notes.database, 0..300, |connection, number| {
        write(
            connection,
            number,
            &"x".repeat(if number == 250 { 400_000 } else { 400 }),
        )
    });
    let succeeded = succeeded.await;
    assert!(succeeded.len() < 300, "the disk was not full");
    assert!(!succeeded.is_empty());
    assert_eq!(notes.numbers().await, succeeded);
}

#[tokio::test]
async fn a_reader_does_not_wait_for_the_writer_and_sees_what_is_committed() {
    let notes = Notes::create().await;
    let (go_on, signal) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let database = notes.database.clone();
    let writing = tokio::spawn(async move {
        let work = move |connection: &rusqlite::Connection| {
            write(connection, 1, "slow")?;
            begun.send(()).unwrap();
            signal.recv_timeout(LONG).unwrap();
            Ok(())
        };
        database.call("write slowly", work).await
    });
    has_begun.await.unwrap();
    assert!(notes.numbers().await.is_empty(), "not committed yet");
    go_on.send(()).unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(notes.numbers().await, BTreeSet::from([1]));
}

#[tokio::test]
async fn a_read_cannot_write() {
    let notes = Notes::create().await;
    let refused = notes.database.read("write", |connection| write(connection, 1, "no"));
    assert!(refused.await.is_err());
    assert!(notes.numbers().await.is_empty());
}

#[tokio::test]
async fn a_commit_wakes_those_who_wait_for_its_tables_only() {
    let notes = Notes::create().await;
    let (watched, unwatched) = (notes.database.watch("notes"), notes.database.watch("orders"));
    let (next, other) = (watched.notified(), unwatched.notified());
    notes
        .database
        .call("write", |connection| write(connection, 1, "a"))
        .await
        .unwrap();
    tokio::time::timeout(LONG, next).await.unwrap();
    let unchanged = tokio::time::timeout(Duration::from_millis(50), other);
    assert!(unchanged.await.is_err());
    let again = watched.notified();
    let deleted = notes
        .database
        .call("delete", |connection| connection.execute("DELETE FROM notes", []));
    deleted.await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), again).await.is_err());
}

#[tokio::test]
async fn the_last_handle_closes_the_file() {
    let notes = Notes::create().await;
    notes
        .database
        .call("write", |connection| write(connection, 1, "a"))
        .await
        .unwrap();
    let log = notes.folder.path().join("shop.sqlite3-wal");
    assert!(log.exists());
    let clone = notes.database.clone();
    drop(notes.database);
    assert!(log.exists());
    drop(clone);
    assert!(!log.exists(), "SQLite removes its log when the last connection closes");
}
