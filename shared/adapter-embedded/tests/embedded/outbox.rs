//! Tests that the outbox is listed in bounded time, whatever its folder contains, and that only the owner can read a
//! shop's data.

use std::sync::Arc;

use adapter_embedded::Database;
use adapter_embedded::mail::OutboxMailer;
use adapter_system::clock::SystemClock;
use domain::ports::{Email, Mailer as _};
use domain::values::EmailAddress;

use crate::shop::{Shop, TestFolder};

fn email(subject: &str) -> Email {
    Email {
        to: EmailAddress::parse("ann@example.test").unwrap(),
        subject: subject.to_owned(),
        text: "Good day".to_owned(),
        html: "<p>Good day</p>".to_owned(),
    }
}

fn open(folder: &TestFolder) -> OutboxMailer {
    OutboxMailer::open(&folder.path, Arc::new(SystemClock)).unwrap()
}

#[tokio::test]
async fn files_that_are_no_mails_are_counted_and_skipped() {
    let folder = TestFolder::create();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path.join(name), bytes).unwrap();
    open(&folder).send(&email("first")).await.unwrap();
    for (name, bytes) in [
        ("9999999999901-a.eml", &b"not a mail"[..]),
        ("9999999999902-b.eml", b"\xff\xfe"),
        ("9999999999903-c.eml", b""),
        ("9999999999904-large.eml", &vec![b'a'; 2 * 1024 * 1024][..]),
        ("notes.eml", b"of somebody else"),
        ("notes.txt", b"of somebody else"),
    ] {
        write(name, bytes);
    }
    std::fs::create_dir(folder.path.join("9999999999905-d.eml")).unwrap();
    let mailer = open(&folder);
    mailer.send(&email("second")).await.unwrap();
    let outbox = mailer.newest(10).await.unwrap();
    let subjects: Vec<&str> = outbox.emails.iter().map(|sent| sent.email.subject.as_str()).collect();
    assert_eq!((subjects, outbox.unreadable), (vec!["second", "first"], 5));
    assert_eq!(mailer.newest(1).await.unwrap().emails[0].email.subject, "second");
}

#[tokio::test]
async fn a_mail_that_was_deleted_or_damaged_while_the_shop_runs_fails_no_list() {
    let folder = TestFolder::create();
    let mailer = open(&folder);
    for subject in ["one", "two", "three"] {
        mailer.send(&email(subject)).await.unwrap();
    }
    let mut files: Vec<_> = std::fs::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    std::fs::remove_file(&files[0]).unwrap();
    std::fs::write(&files[1], b"\xff").unwrap();
    let outbox = mailer.newest(10).await.unwrap();
    assert_eq!((outbox.emails.len(), outbox.unreadable), (1, 1));
}

#[tokio::test]
async fn what_a_killed_process_left_unfinished_is_removed_and_nothing_else() {
    let folder = TestFolder::create();
    let unfinished = folder.path.join("1700000000000-a.eml.unfinished");
    let other = folder.path.join("letter.unfinished");
    std::fs::write(&unfinished, b"From: ").unwrap();
    std::fs::write(&other, b"mine").unwrap();
    let mailer = open(&folder);
    assert!(!unfinished.exists() && other.exists());
    assert_eq!(mailer.newest(10).await.unwrap().emails, []);
}

/// The folder is read once: a list opens the files that it shows, however many there are.
#[tokio::test]
async fn an_old_outbox_is_not_read_again_for_every_list() {
    let folder = TestFolder::create();
    let mailer = open(&folder);
    mailer.send(&email("known")).await.unwrap();
    for number in 0..1_500 {
        std::fs::write(folder.path.join(format!("{number:013}-old.eml")), b"not read").unwrap();
    }
    let outbox = mailer.newest(usize::MAX).await.unwrap();
    assert_eq!((outbox.emails.len(), outbox.unreadable), (1, 0), "read at start alone");
    let outbox = open(&folder).newest(usize::MAX).await.unwrap();
    assert_eq!(
        (outbox.emails.len(), outbox.unreadable),
        (1, 999),
        "the newest thousand"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_what_a_shop_keeps() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TestFolder::create();
    let mode = |name: &str| std::fs::metadata(folder.path.join(name)).unwrap().permissions().mode() & 0o777;
    // As an earlier version left it.
    std::fs::write(folder.path.join("popshop.sqlite3"), b"").unwrap();
    std::fs::set_permissions(
        folder.path.join("popshop.sqlite3"),
        std::fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let shop = Shop::open(&folder);
    shop.mailer.send(&email("first")).await.unwrap();
    crate::shop::put_photo(&shop).await;
    for name in ["popshop.sqlite3", "popshop.sqlite3-wal", "gateway.sqlite3"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    for name in ["buckets", "outbox"] {
        assert_eq!(mode(name), 0o700, "{name}");
    }
    let mut folders = vec![folder.path.join("buckets"), folder.path.join("outbox")];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let entry = entry.unwrap();
            if entry.metadata().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{entry:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_check_finds_a_full_database_and_a_damaged_one() {
    let folder = TestFolder::create();
    let path = folder.path.join("popshop.sqlite3");
    for database in [Database::in_memory().unwrap(), Database::open(&path).unwrap()] {
        database.check_writable().await.unwrap();
        database.check_integrity().await.unwrap();
    }
    let full = Database::in_memory().unwrap();
    let limit_size = |connection: &rusqlite::Connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
    };
    full.call("limit the size", limit_size).await.unwrap();
    let refused = full.check_writable().await.unwrap_err();
    assert!(refused.transient, "{refused:?}");

    // Written over from outside, while the shop has it open.
    let database = Database::open(&path).unwrap();
    let settle = |connection: &rusqlite::Connection| {
        connection
            .execute_batch("CREATE TABLE filler AS SELECT randomblob(2000) AS filling FROM (VALUES (1), (2), (3), (4))")
    };
    database.call("settle", settle).await.unwrap();
    drop(database);
    let database = Database::open(&path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let damaged = database.check_integrity().await.unwrap_err();
    assert!(!damaged.transient, "{damaged:?}");
}
