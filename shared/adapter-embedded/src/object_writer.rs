//! Writes an object: into a temporary file, then under its own name, then as a row. Only the row makes it visible.

use std::io;
use std::path::PathBuf;

use domain::ports::PortFailure;
use rusqlite::{Connection, params};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::buckets::{Bucket, KEY_BYTES_MAX, PutCondition, PutOutcome, Versions, failed, sequencer};
use crate::object_files::relative_path;
use crate::object_rows::{self, ObjectRow};
use crate::private_files;

/// An object under construction. Dropped unfinished, it leaves nothing.
pub struct ObjectWriter {
    bucket: Bucket,
    key: String,
    version: String,
    file: File,
    unfinished: UnfinishedFile,
    size_bytes: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("an object key has 1 to {KEY_BYTES_MAX} bytes")]
struct KeyLengthFault;

impl Bucket {
    /// Begins to write an object. It is invisible until [`ObjectWriter::finish`].
    pub async fn begin(&self, key: &str) -> Result<ObjectWriter, PortFailure> {
        if !(1..=KEY_BYTES_MAX).contains(&key.len()) {
            return Err(PortFailure::permanent("begin to write object", KeyLengthFault));
        }
        ObjectWriter::begin(self.clone(), key.to_owned()).await
    }

    /// Writes a small object.
    pub async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        content_type: &str,
        condition: PutCondition,
    ) -> Result<PutOutcome, PortFailure> {
        let mut writer = self.begin(key).await?;
        writer.write(bytes).await?;
        writer.finish(content_type, condition).await
    }
}

impl ObjectWriter {
    async fn begin(bucket: Bucket, key: String) -> Result<Self, PortFailure> {
        let version = uuid::Uuid::now_v7().simple().to_string();
        let path = bucket.buckets.folder.incoming(&version);
        let file = private_files::create_new(&path)
            .await
            .map_err(failed("begin to write object"))?;
        Ok(Self {
            bucket,
            key,
            version,
            file,
            unfinished: UnfinishedFile { path: Some(path) },
            size_bytes: 0,
        })
    }

    /// Appends the bytes to the unfinished file.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        self.file.write_all(bytes).await.map_err(failed("write object"))?;
        self.size_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// The bytes written so far.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Makes the object visible, with its event in the same transaction.
    pub async fn finish(mut self, content_type: &str, condition: PutCondition) -> Result<PutOutcome, PortFailure> {
        const ACTION: &str = "finish object";
        self.file.flush().await.map_err(failed(ACTION))?;
        if !self.bucket.buckets.folder.is_scratch() {
            // Before the row, or a power failure might leave one whose bytes never reached the disk.
            self.file.sync_data().await.map_err(failed(ACTION))?;
        }
        let file = relative_path(&self.key, &self.version).display().to_string();
        let path = self.bucket.path_of(&file);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(failed(ACTION))?;
        }
        self.unfinished.rename(path).await.map_err(failed(ACTION))?;
        let row = ObjectRow {
            id: 0,
            key: self.key.clone(),
            version: self.version.clone(),
            file,
            size_bytes: self.size_bytes,
            content_type: content_type.to_owned(),
            at: self.bucket.buckets.clock.now(),
        };
        let Self {
            bucket, mut unfinished, ..
        } = self;
        let (name, versions) = (bucket.name.clone(), bucket.versions);
        let stored = bucket
            .buckets
            .database
            .call(ACTION, move |connection| {
                let stored = store(connection, &name, versions, condition, row)?;
                // Decided here and not by the caller, who may have stopped waiting.
                if stored.is_some() {
                    unfinished.keep();
                }
                Ok(stored)
            })
            .await?;
        let Some((row, superseded)) = stored else {
            return Ok(PutOutcome::AlreadyExists);
        };
        bucket.remove_files(superseded).await;
        Ok(PutOutcome::Stored(bucket.info(row)))
    }
}

/// Removes its file when dropped, unless it was kept.
struct UnfinishedFile {
    path: Option<PathBuf>,
}

impl UnfinishedFile {
    async fn rename(&mut self, to: PathBuf) -> io::Result<()> {
        if let Some(from) = &self.path {
            tokio::fs::rename(from, &to).await?;
            self.path = Some(to);
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.path = None;
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take()
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(error = %error, "unfinished object could not be removed");
        }
    }
}

/// Writes row and event, and removes superseded rows. `None` when the condition does not hold.
fn store(
    connection: &Connection,
    bucket: &str,
    versions: Versions,
    condition: PutCondition,
    mut row: ObjectRow,
) -> rusqlite::Result<Option<(ObjectRow, Vec<String>)>> {
    if condition == PutCondition::IfAbsent && object_rows::find(connection, bucket, &row.key, None)?.is_some() {
        return Ok(None);
    }
    row.id = object_rows::insert(connection, bucket, &row)?;
    let (version_id, superseded) = match versions {
        Versions::Kept => (Some(&row.version), Vec::new()),
        Versions::LatestOnly => {
            let superseded = object_rows::remove_older_than(connection, bucket, &row.key, row.id)?;
            (None, superseded)
        }
    };
    connection
        .prepare_cached(
            "INSERT INTO object_events (id, bucket, key, version_id, size_bytes, etag, sequencer, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            row.id,
            bucket,
            row.key,
            version_id,
            row.size_bytes,
            row.version,
            sequencer(row.id),
            row.at.unix_ms(),
        ])?;
    Ok(Some((row, superseded)))
}
