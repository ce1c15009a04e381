//! Tests of the database: transactions, cancelled and panicking calls, closing, and files of other releases.

use super::*;

#[tokio::test]
async fn a_failed_call_leaves_nothing_behind() {
    let database = Database::in_memory().unwrap();
    database
        .ensure_schema("CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL) STRICT")
        .await
        .unwrap();
    let failed = database
        .call("write note", |connection| {
            connection.execute("INSERT INTO notes VALUES ('kept?')", [])?;
            connection.execute("INSERT INTO notes VALUES (NULL)", [])
        })
        .await
        .unwrap_err();
    assert!(!failed.transient);
    let count: i64 = database
        .call("count notes", |connection| {
            connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0))
        })
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn closing_waits_for_the_last_handle_and_its_work() {
    let folder = crate::object_files::ScratchFolder::create().unwrap();
    let path = folder.path().join("shop.sqlite3");
    let database = Database::open(&path).unwrap();
    let log = path.with_extension("sqlite3-wal");
    let closing = database.closing();
    let last = database.clone();
    drop(database);
    // The caller does not wait for the work, and its thread drops the last handle.
    let held = last.clone();
    let mut slow = Box::pin(last.call("write note", move |connection| {
        let _held = held;
        std::thread::sleep(Duration::from_millis(200));
        connection.execute_batch("CREATE TABLE notes (text TEXT NOT NULL) STRICT")
    }));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(slow.as_mut().poll(&mut context).is_pending());
    drop(slow);
    drop(last);
    closing.wait().await;
    assert!(!log.exists(), "the log is written back only by the last connection");
}

#[tokio::test]
async fn a_call_that_nobody_polls_does_not_block_the_others() {
    let database = Database::in_memory().unwrap();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let running = database.call("one", move |connection| {
        released.recv().unwrap();
        connection.execute_batch("SELECT 1")
    });
    let mut waiting = std::pin::pin!(database.call("two", |connection| connection.execute_batch("SELECT 2")));
    let mut running = std::pin::pin!(running);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    // Both are in the queue now, and neither is polled again.
    assert!(running.as_mut().poll(&mut context).is_pending());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    release.send(()).unwrap();
    database
        .call("three", |connection| connection.execute_batch("SELECT 3"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_panic_rolls_back_and_the_next_call_works() {
    let database = Database::in_memory().unwrap();
    let failed = database
        .call("panic", |connection| -> rusqlite::Result<()> {
            connection.execute_batch("CREATE TABLE half_done (id INTEGER)")?;
            panic!("on purpose");
        })
        .await
        .unwrap_err();
    assert!(failed.transient);
    database
        .ensure_schema("CREATE TABLE half_done (id INTEGER)")
        .await
        .unwrap();
}

#[test]
fn a_file_of_an_older_release_gets_what_it_lacks_and_keeps_what_it_has() {
    let folder = crate::object_files::ScratchFolder::create().unwrap();
    let path = folder.path().join("shop.sqlite3");
    let first_release = Schema {
        steps: &SHOP.steps[..1],
    };
    drop(Database::open_as(&first_release, &path).unwrap());
    let kept = "INSERT INTO uploads (id, kind, file_name, size_bytes, created_at, updated_at, status)
                VALUES ('u-1', 'catalog', 'spring.csv', 5, 1, 1, 'WAITING')";
    Connection::open(&path).unwrap().execute(kept, []).unwrap();
    for _ in 0..2 {
        drop(Database::open(&path).unwrap());
    }
    let connection = Connection::open(&path).unwrap();
    let found = connection.query_row("SELECT id, object_version FROM uploads", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
    });
    assert_eq!(found.unwrap(), ("u-1".to_owned(), None));
    assert_eq!(configure(&connection), Ok(i64::try_from(SHOP.steps.len()).unwrap()));
}

#[test]
fn a_file_of_a_newer_release_is_refused() {
    let folder = crate::object_files::ScratchFolder::create().unwrap();
    let path = folder.path().join("shop.sqlite3");
    drop(Database::open(&path).unwrap());
    drop(Database::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = Database::open(&path).unwrap_err();
    assert!(
        matches!(refused, DatabaseFault::NewerSchema { found: 99, .. }),
        "{refused}"
    );
}
