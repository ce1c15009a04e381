//! The shops of these tests: one in files and one in memory, with probes behind their ports.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::buckets::{Bucket, Buckets, PutCondition, PutOutcome, Versions, WHOLE};
use adapter_embedded::gateway::SandboxGateway;
use adapter_embedded::mail::OutboxMailer;
use adapter_embedded::{Database, order_stream};
use adapter_system::clock::SystemClock;
use async_trait::async_trait;
use domain::catalog::ports::ByteStream;
use domain::ports::{Clock, Email};
use domain::values::OrderId;
use port_contracts::probes::{ImportExecutions, Inbox, Objects, OrderChanges};

pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) uploads: Bucket,
    pub(crate) thumbnails: Bucket,
    pub(crate) mailer: OutboxMailer,
    pub(crate) gateway: SandboxGateway,
    _folder: Option<TestFolder>,
}

impl Shop {
    pub(crate) fn both() -> [Self; 2] {
        [Self::in_memory(), Self::in_files()]
    }

    pub(crate) fn in_memory() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let database = Database::in_memory().unwrap();
        let buckets = Buckets::in_temporary_folder(database.clone(), Arc::clone(&clock)).unwrap();
        Self {
            mailer: OutboxMailer::in_temporary_folder(Arc::clone(&clock)).unwrap(),
            gateway: SandboxGateway::in_memory(clock, Duration::ZERO).unwrap(),
            uploads: buckets.bucket("uploads", Versions::Kept).unwrap(),
            thumbnails: buckets.bucket("thumbnails", Versions::LatestOnly).unwrap(),
            database,
            _folder: None,
        }
    }

    fn in_files() -> Self {
        let folder = TestFolder::create();
        let shop = Self::open(&folder);
        Self {
            _folder: Some(folder),
            ..shop
        }
    }

    /// As a process does that finds what an earlier one left.
    pub(crate) fn open(folder: &TestFolder) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let database = Database::open(&folder.path.join("popshop.sqlite3")).unwrap();
        let buckets = Buckets::open(database.clone(), &folder.path.join("buckets"), Arc::clone(&clock)).unwrap();
        let gateway_path = folder.path.join("gateway.sqlite3");
        Self {
            mailer: OutboxMailer::open(&folder.path.join("outbox"), Arc::clone(&clock)).unwrap(),
            gateway: SandboxGateway::open(&gateway_path, clock, Duration::ZERO).unwrap(),
            uploads: buckets.bucket("uploads", Versions::Kept).unwrap(),
            thumbnails: buckets.bucket("thumbnails", Versions::LatestOnly).unwrap(),
            database,
            _folder: None,
        }
    }
}

/// Removed when dropped.
pub(crate) struct TestFolder {
    pub(crate) path: PathBuf,
}

impl TestFolder {
    pub(crate) fn create() -> Self {
        let path = std::env::temp_dir().join(format!("popshop-contracts-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self { path }
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.path).unwrap();
    }
}

pub(crate) struct Stream {
    pub(crate) database: Database,
}

#[async_trait]
impl OrderChanges for Stream {
    async fn statuses_of(&self, order: &OrderId) -> Vec<String> {
        let read = |connection: &rusqlite::Connection| Ok(order_stream::after(connection, 0, u32::MAX)?.records);
        let records = self.database.call("read order stream", read).await.unwrap();
        let images = records
            .into_iter()
            .map(|record| record.new_image.expect("orders are never deleted"));
        images
            .filter(|image| image["order_id"]["S"] == order.as_str())
            .map(|image| image["status"]["S"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) struct Folder {
    pub(crate) bucket: Bucket,
}

#[async_trait]
impl Objects for Folder {
    async fn put(&self, key: &str, bytes: &[u8]) -> Option<String> {
        let put = self
            .bucket
            .put(key, bytes, "application/octet-stream", PutCondition::Always);
        match put.await.unwrap() {
            PutOutcome::Stored(object) => object.version_id,
            PutOutcome::AlreadyExists => panic!("the put had no condition"),
        }
    }

    async fn get(&self, key: &str) -> Option<(String, Vec<u8>)> {
        let (object, mut stream) = self.bucket.get(key, None, WHOLE).await.unwrap()?;
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await.unwrap() {
            bytes.extend(piece);
        }
        Some((object.content_type, bytes))
    }

    async fn delete(&self, key: &str) {
        self.bucket.delete(key).await.unwrap();
    }
}

pub(crate) struct Outbox {
    pub(crate) mailer: OutboxMailer,
}

#[async_trait]
impl Inbox for Outbox {
    async fn mails_to(&self, address: &str) -> Vec<Email> {
        let sent = self.mailer.newest(usize::MAX).await.unwrap().emails.into_iter();
        sent.map(|sent| sent.email)
            .filter(|email| email.to.reveal() == address)
            .collect()
    }
}

pub(crate) struct Executions {
    pub(crate) database: Database,
}

#[async_trait]
impl ImportExecutions for Executions {
    async fn inputs_of(&self, execution: &str) -> Vec<String> {
        let name = execution.to_owned();
        let read = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare("SELECT input FROM executions WHERE name = ?1")?;
            statement.query_map([name], |row| row.get(0))?.collect()
        };
        self.database.call("read executions", read).await.unwrap()
    }
}

/// An object, so that there are files in a bucket.
pub(crate) async fn put_photo(shop: &Shop) {
    let stored = shop
        .uploads
        .put("photos/MUG-01/1", b"bytes", "image/png", PutCondition::Always)
        .await;
    assert!(matches!(stored, Ok(PutOutcome::Stored(_))));
}
