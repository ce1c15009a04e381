//! Makes a folder behave like S3: bytes lie in files that are invisible until their row is committed, in one
//! transaction with the event of the new object.
//!
//! A crash between file and row leaves a file that no row names, and so no object. An `ETag` is opaque, as that of S3
//! is for encrypted objects (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>).

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ports::{Clock, PortFailure};
use domain::values::Timestamp;
use rusqlite::{Connection, params};
use tokio::fs::File;
use tokio::io::AsyncSeekExt;

use crate::Database;
use crate::object_files::ScratchFolder;
use crate::object_rows::{self, ObjectRow};
use crate::object_stream::ObjectStream;
use crate::private_files;

/// Bytes of an object key (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>).
pub const KEY_BYTES_MAX: usize = 1_024;
/// How often a read begins anew because a newer version replaced the file that it was about to open.
const OPEN_ATTEMPTS: u32 = 5;
/// All bytes of an object, however many.
pub const WHOLE: Range<u64> = 0..u64::MAX;
/// Files under construction. No bucket has this name: theirs begin with a letter or digit.
const INCOMING: &str = ".incoming";

/// All buckets of one shop.
#[derive(Clone)]
pub struct Buckets {
    pub(crate) database: Database,
    pub(crate) folder: Arc<Folder>,
    pub(crate) clock: Arc<dyn Clock>,
}

pub(crate) struct Folder {
    path: PathBuf,
    /// Present when the folder goes with its owner.
    scratch: Option<ScratchFolder>,
}

impl Folder {
    pub(crate) fn is_scratch(&self) -> bool {
        self.scratch.is_some()
    }

    /// Where a file is written that is no object yet.
    pub(crate) fn incoming(&self, version: &str) -> PathBuf {
        self.path.join(INCOMING).join(version)
    }
}

/// Whether a bucket keeps what was overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// Every version can be read by its id.
    Kept,
    /// Versions have no ids; the latest replaces its predecessor.
    LatestOnly,
}

/// 3 to 63 lower case letters, digits, dots and hyphens, the first a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bucket name is not 3 to 63 of a-z, 0-9, dot and hyphen")]
pub struct BucketNameFault;

/// A handle on one bucket; clones share it.
#[derive(Clone)]
pub struct Bucket {
    pub(crate) buckets: Buckets,
    pub(crate) name: String,
    pub(crate) versions: Versions,
}

/// An object, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The key in its bucket, decoded.
    pub key: String,
    /// Present when the bucket keeps versions.
    pub version_id: Option<String>,
    /// The object's size in bytes.
    pub size_bytes: u64,
    /// Without quotation marks.
    pub etag: String,
    /// The media type that the writer gave.
    pub content_type: String,
    /// Hexadecimal; the greater one of a key is the later write.
    pub sequencer: String,
    /// When the version was written.
    pub at: Timestamp,
}

/// When a write is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutCondition {
    /// Whether the key exists or not.
    Always,
    /// `If-None-Match: *`
    IfAbsent,
}

/// The answer to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutOutcome {
    /// The new version.
    Stored(ObjectInfo),
    /// There is an object of this key. Nothing changed.
    AlreadyExists,
}

/// The event of a new object, as S3 would send it to queues and the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// Ascending over all buckets, never reused.
    pub id: i64,
    /// The name of the bucket.
    pub bucket: String,
    /// The key in its bucket, decoded.
    pub key: String,
    /// Present if the bucket keeps versions.
    pub version_id: Option<String>,
    /// The object's size in bytes.
    pub size_bytes: u64,
    /// Another one for every write, without quotation marks.
    pub etag: String,
    /// Hexadecimal; the greater one of a key is the later write.
    pub sequencer: String,
    /// When the object was written, in Unix milliseconds.
    pub at_ms: i64,
}

impl Buckets {
    /// Opens or creates the folder. What an earlier process left unfinished there is removed.
    pub fn open(database: Database, folder: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let path = folder.to_owned();
        Self::prepare(database, Folder { path, scratch: None }, clock)
    }

    /// Bytes that are removed with the last handle.
    pub fn in_temporary_folder(database: Database, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let scratch = ScratchFolder::create()?;
        let path = scratch.path().to_owned();
        let scratch = Some(scratch);
        Self::prepare(database, Folder { path, scratch }, clock)
    }

    fn prepare(database: Database, folder: Folder, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let incoming = folder.path.join(INCOMING);
        if incoming.try_exists()? {
            std::fs::remove_dir_all(&incoming)?;
        }
        private_files::create_folder(&incoming)?;
        private_files::restrict_folder(&folder.path)?;
        Ok(Self {
            database,
            folder: Arc::new(folder),
            clock,
        })
    }

    /// A handle on the bucket of this name, which needs no creation.
    pub fn bucket(&self, name: &str, versions: Versions) -> Result<Bucket, BucketNameFault> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        if !(3..=63).contains(&name.len()) || !name.bytes().all(allowed) || name.starts_with(['.', '-']) {
            return Err(BucketNameFault);
        }
        Ok(Bucket {
            buckets: self.clone(),
            name: name.to_owned(),
            versions,
        })
    }
}

impl Bucket {
    /// The name, as it was given to [`Buckets::bucket`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The latest version, or the one that is named.
    pub async fn head(&self, key: &str, version_id: Option<&str>) -> Result<Option<ObjectInfo>, PortFailure> {
        let row = self.find("look at object", key, version_id).await?;
        Ok(row.map(|row| self.info(row)))
    }

    /// Opens these bytes, as far as there are, of the latest version or of the one that is named.
    pub async fn get(
        &self,
        key: &str,
        version_id: Option<&str>,
        bytes: Range<u64>,
    ) -> Result<Option<(ObjectInfo, ObjectStream)>, PortFailure> {
        const ACTION: &str = "open object";
        let mut attempt = 1;
        loop {
            let Some(row) = self.find(ACTION, key, version_id).await? else {
                return Ok(None);
            };
            match File::open(self.path_of(&row.file)).await {
                Ok(mut file) => {
                    file.seek(io::SeekFrom::Start(bytes.start))
                        .await
                        .map_err(failed(ACTION))?;
                    let remaining_bytes = bytes.end.min(row.size_bytes).saturating_sub(bytes.start);
                    return Ok(Some((self.info(row), ObjectStream::new(file, remaining_bytes))));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < OPEN_ATTEMPTS => attempt += 1,
                Err(error) => return Err(PortFailure::transient(ACTION, error)),
            }
        }
    }

    /// Removes every version. Harmless when there is none.
    pub async fn delete(&self, key: &str) -> Result<(), PortFailure> {
        let (bucket, key) = (self.name.clone(), key.to_owned());
        let files = self
            .buckets
            .database
            .call("delete object", move |connection| {
                object_rows::remove_older_than(connection, &bucket, &key, i64::MAX)
            })
            .await?;
        self.remove_files(files).await;
        Ok(())
    }

    async fn find(
        &self,
        action: &'static str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<Option<ObjectRow>, PortFailure> {
        let (bucket, key, version) = (self.name.clone(), key.to_owned(), version_id.map(str::to_owned));
        self.buckets
            .database
            .call(action, move |connection| {
                object_rows::find(connection, &bucket, &key, version.as_deref())
            })
            .await
    }

    pub(crate) fn info(&self, row: ObjectRow) -> ObjectInfo {
        ObjectInfo {
            sequencer: sequencer(row.id),
            key: row.key,
            version_id: (self.versions == Versions::Kept).then(|| row.version.clone()),
            size_bytes: row.size_bytes,
            etag: row.version,
            content_type: row.content_type,
            at: row.at,
        }
    }

    pub(crate) fn path_of(&self, file: &str) -> PathBuf {
        self.buckets.folder.path.join(&self.name).join(file)
    }

    /// No row names them any more. One that cannot be removed costs space, nothing else.
    pub(crate) async fn remove_files(&self, files: Vec<String>) {
        for file in files {
            if let Err(error) = tokio::fs::remove_file(self.path_of(&file)).await {
                tracing::warn!(error = %error, "file of a deleted object could not be removed");
            }
        }
    }
}

/// Events that were not dispatched yet, oldest first.
pub fn object_events(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<ObjectEvent>> {
    connection
        .prepare_cached(
            "SELECT id, bucket, key, version_id, size_bytes, etag, sequencer, at FROM object_events
             ORDER BY id LIMIT ?1",
        )?
        .query_map(params![limit], |row| {
            Ok(ObjectEvent {
                id: row.get("id")?,
                bucket: row.get("bucket")?,
                key: row.get("key")?,
                version_id: row.get("version_id")?,
                size_bytes: row.get("size_bytes")?,
                etag: row.get("etag")?,
                sequencer: row.get("sequencer")?,
                at_ms: row.get("at")?,
            })
        })?
        .collect()
}

/// Keys and sizes of the objects of a bucket, those put last first.
pub fn newest(connection: &Connection, bucket: &str, limit: usize) -> rusqlite::Result<Vec<(String, u64)>> {
    connection
        .prepare_cached(
            "SELECT key, size_bytes FROM objects
             WHERE id IN (SELECT max(id) FROM objects WHERE bucket = ?1 GROUP BY key) ORDER BY id DESC LIMIT ?2",
        )?
        .query_map(params![bucket, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// To be called in the transaction that hands the event on.
pub fn forget_object_event(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM object_events WHERE id = ?1")?
        .execute(params![id])?;
    Ok(())
}

pub(crate) fn sequencer(id: i64) -> String {
    format!("{id:018X}")
}

pub(crate) fn failed(action: &'static str) -> impl FnOnce(io::Error) -> PortFailure {
    move |error| PortFailure::transient(action, error)
}
