//! Writes objects of unknown length in parts (multipart upload). The object becomes visible when it is complete.

use std::mem;
use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream as Body;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use domain::ports::PortFailure;
use tokio::runtime::Handle;

use crate::bucket::Bucket;

const WRITE: &str = "write object";
const FINISH: &str = "finish object";

/// Bytes that are buffered before they are sent, at most, and the length of every part but the last. S3 accepts up to
/// 10,000 parts of at least 5 MiB (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>). So an object
/// can have 80 GB, sixteen times the largest catalog.
pub const PART_BYTES: usize = 8 * 1_024 * 1_024;
/// One attempt to send a part. Longer than for other calls, because it includes sending the bytes.
const PART_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// All attempts to send a part.
const PART_TIMEOUT: Duration = Duration::from_mins(1);
/// One attempt to complete an object. S3 joins the parts before it answers, which may take minutes for thousands of
/// parts (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>).
const COMPLETE_ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
/// All attempts to complete an object.
const COMPLETE_TIMEOUT: Duration = Duration::from_mins(3);

/// The upload was completed or aborted, or it never existed.
const NO_SUCH_UPLOAD: &str = "NoSuchUpload";

/// An object that is being written. If it is dropped unfinished, no object becomes visible.
pub(crate) struct ObjectWriter {
    unsent: Vec<u8>,
    target: Target,
    parts: Parts,
}

#[derive(Clone)]
struct Target {
    bucket: Bucket,
    key: String,
    content_type: &'static str,
}

enum Parts {
    /// No part was sent yet; a short object needs only one request.
    None,
    Sent {
        upload: UnfinishedUpload,
        completed: Vec<CompletedPart>,
    },
    /// A part could not be sent. Later parts would make a file with a gap.
    Lost,
}

#[derive(Debug, thiserror::Error)]
#[error("an earlier part could not be written")]
struct PartLost;

#[derive(Debug, thiserror::Error)]
#[error("the response has no {expected}")]
struct UnusableAnswer {
    expected: &'static str,
}

impl ObjectWriter {
    pub(crate) fn new(bucket: &Bucket, key: String, content_type: &'static str) -> Self {
        Self {
            unsent: Vec::new(),
            target: Target {
                bucket: bucket.clone(),
                key,
                content_type,
            },
            parts: Parts::None,
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let fits = PART_BYTES.saturating_sub(self.unsent.len()).min(rest.len());
            let (now, later) = rest.split_at(fits);
            self.unsent.extend_from_slice(now);
            rest = later;
            if self.unsent.len() == PART_BYTES {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// Makes the object visible.
    pub(crate) async fn finish(mut self) -> Result<(), PortFailure> {
        if matches!(self.parts, Parts::None) {
            return self.target.put(self.unsent).await;
        }
        if !self.unsent.is_empty() {
            self.send_part().await?;
        }
        match self.parts {
            Parts::Sent { mut upload, completed } => {
                let outcome = upload.complete(completed).await;
                if outcome.is_err() {
                    upload.abort().await;
                }
                outcome
            }
            Parts::None | Parts::Lost => Err(PortFailure::permanent(FINISH, PartLost)),
        }
    }

    async fn send_part(&mut self) -> Result<(), PortFailure> {
        let bytes = mem::take(&mut self.unsent);
        let (mut upload, mut completed) = match mem::replace(&mut self.parts, Parts::Lost) {
            Parts::None => (self.target.begin().await?, Vec::new()),
            Parts::Sent { upload, completed } => (upload, completed),
            Parts::Lost => return Err(PortFailure::permanent(WRITE, PartLost)),
        };
        match upload.send(completed.len() + 1, bytes).await {
            Ok(part) => {
                completed.push(part);
                self.parts = Parts::Sent { upload, completed };
                Ok(())
            }
            Err(failure) => {
                upload.abort().await;
                Err(failure)
            }
        }
    }
}

impl Target {
    /// The whole object in one request.
    async fn put(&self, bytes: Vec<u8>) -> Result<(), PortFailure> {
        self.bucket
            .client
            .put_object()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .content_type(self.content_type)
            .body(Body::from(bytes))
            .customize()
            .config_override(timeouts(PART_ATTEMPT_TIMEOUT, PART_TIMEOUT))
            .send()
            .await
            .map_err(|error| aws_errors::failure(FINISH, error))?;
        Ok(())
    }

    async fn begin(&self) -> Result<UnfinishedUpload, PortFailure> {
        // A retry after a lost answer begins a second upload. The bucket's lifecycle rule removes the first one.
        let begun = self
            .bucket
            .client
            .create_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .content_type(self.content_type)
            .send()
            .await
            .map_err(|error| aws_errors::failure(WRITE, error))?;
        let upload_id = begun.upload_id.ok_or(UnusableAnswer { expected: "upload id" });
        Ok(UnfinishedUpload {
            target: self.clone(),
            upload_id: Some(upload_id.map_err(|fault| PortFailure::permanent(WRITE, fault))?),
        })
    }
}

/// The parts of an object that is not visible yet. Dropping it unfinished aborts the upload. The bucket's lifecycle
/// rule removes the rest, such as the parts of an invocation that was killed.
struct UnfinishedUpload {
    target: Target,
    /// `None` when nothing is left to abort.
    upload_id: Option<String>,
}

impl UnfinishedUpload {
    async fn send(&self, number: usize, bytes: Vec<u8>) -> Result<CompletedPart, PortFailure> {
        let number = i32::try_from(number).map_err(|fault| PortFailure::permanent(WRITE, fault))?;
        let sent = self
            .target
            .bucket
            .client
            .upload_part()
            .bucket(&self.target.bucket.name)
            .key(&self.target.key)
            .set_upload_id(self.upload_id.clone())
            .part_number(number)
            .body(Body::from(bytes))
            .customize()
            .config_override(timeouts(PART_ATTEMPT_TIMEOUT, PART_TIMEOUT))
            .send()
            .await
            .map_err(|error| aws_errors::failure(WRITE, error))?;
        let e_tag = sent.e_tag.ok_or(UnusableAnswer { expected: "ETag" });
        let e_tag = e_tag.map_err(|fault| PortFailure::permanent(WRITE, fault))?;
        Ok(CompletedPart::builder().part_number(number).e_tag(e_tag).build())
    }

    async fn complete(&mut self, parts: Vec<CompletedPart>) -> Result<(), PortFailure> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let completed = self
            .target
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.target.bucket.name)
            .key(&self.target.key)
            .set_upload_id(self.upload_id.clone())
            .multipart_upload(parts)
            .customize()
            .config_override(timeouts(COMPLETE_ATTEMPT_TIMEOUT, COMPLETE_TIMEOUT))
            .send()
            .await;
        match completed {
            Ok(_) => {}
            // Only this writer has the upload id, so an earlier attempt completed the upload and its answer got lost.
            Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => {}
            Err(error) => return Err(aws_errors::failure(FINISH, error)),
        }
        self.upload_id = None;
        Ok(())
    }

    async fn abort(&mut self) {
        if let Some(upload_id) = self.upload_id.take() {
            abort(self.target.clone(), upload_id).await;
        }
    }
}

impl Drop for UnfinishedUpload {
    fn drop(&mut self) {
        let Some(upload_id) = self.upload_id.take() else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(abort(self.target.clone(), upload_id));
        }
    }
}

/// Only logs a failure: the lifecycle rule removes the parts some days later.
async fn abort(target: Target, upload_id: String) {
    let aborted = target
        .bucket
        .client
        .abort_multipart_upload()
        .bucket(&target.bucket.name)
        .key(&target.key)
        .upload_id(upload_id)
        .send()
        .await;
    match aborted {
        Ok(_) => {}
        Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => {}
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the parts of an unfinished object could not be removed"
        ),
    }
}

/// Timeouts of a call that sends many bytes, or waits until S3 has joined them.
fn timeouts(attempt: Duration, all_attempts: Duration) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(attempt)
        .operation_timeout(all_attempts);
    Builder::new().timeout_config(timeouts.build())
}
