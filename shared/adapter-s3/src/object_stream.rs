//! Streams the bytes of an object. When a body breaks off, a further request resumes it at the next byte.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::primitives::ByteStream as Body;
use aws_sdk_s3::primitives::ByteStreamError;
use domain::catalog::ports::ByteStream;
use domain::ports::PortFailure;

use crate::bucket::Bucket;

const OPEN: &str = "open object";
const READ: &str = "read object";

/// S3 sends without pauses, so a body without data for this long means a dead connection.
const PIECE_TIMEOUT: Duration = Duration::from_secs(10);
/// Further requests for the same byte before reading fails. Every piece that arrives resets the count.
pub const RESUMPTIONS_MAX: u32 = 4;
/// The longest pause before the first resumption; it doubles for each further one, with full jitter. The SDK pauses
/// only between failed requests, and a request whose body breaks off is a success for the SDK.
const RESUMPTION_PAUSE: Duration = Duration::from_millis(100);

/// Error codes that mean that the object does not exist; the last one means that the version is a delete marker
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html>).
///
/// For a missing key S3 answers `AccessDenied` to a role without `s3:ListBucket`. This stays a failure: otherwise every
/// bucket would look empty to a role without permissions. So a reading role needs both permissions.
const ABSENT: [&str; 3] = ["NoSuchKey", "NoSuchVersion", "MethodNotAllowed"];
/// The requested range starts after the last byte; for an empty object every range does.
const BEYOND_THE_END: &str = "InvalidRange";
/// The object has another `ETag` than `If-Match`.
const REPLACED: &str = "PreconditionFailed";

/// A range of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes {
    pub(crate) begin: u64,
    /// The first byte that is not read; `None` reads to the object's end.
    pub(crate) end: Option<u64>,
}

impl Bytes {
    pub(crate) const ALL: Self = Self { begin: 0, end: None };
}

/// A range of one version of an object. It ends early if the object does.
#[derive(Debug)]
pub(crate) struct ObjectStream {
    source: Source,
    /// A resumed request must get the object with this `ETag`.
    e_tag: String,
    body: Body,
    /// Bytes that the current body has before `next_byte`.
    unwanted_bytes: u64,
    next_byte: u64,
    /// The first byte that is not read.
    end: u64,
}

#[derive(Debug)]
struct Source {
    bucket: Bucket,
    key: String,
    version_id: Option<String>,
}

/// Why the body ended early.
#[derive(Debug, thiserror::Error)]
enum Interruption {
    #[error("the body ended {missing_bytes} bytes too early")]
    BrokeOff {
        missing_bytes: u64,
        #[source]
        source: Option<ByteStreamError>,
    },
    #[error("no byte of the body arrived for {} seconds", PIECE_TIMEOUT.as_secs())]
    Stalled,
}

/// A change of the object while it was read.
#[derive(Debug, thiserror::Error)]
enum Changed {
    #[error("the object was replaced while it was read")]
    Replaced,
    #[error("the object was deleted while it was read")]
    Deleted,
}

/// A malformed answer.
#[derive(Debug, thiserror::Error)]
#[error("the response has no {expected}")]
struct UnusableAnswer {
    expected: &'static str,
}

impl ObjectStream {
    /// `None` if the object or the version does not exist.
    pub(crate) async fn open(
        bucket: &Bucket,
        key: &str,
        version_id: Option<&str>,
        bytes: Bytes,
    ) -> Result<Option<Self>, PortFailure> {
        let source = Source {
            bucket: bucket.clone(),
            key: key.to_owned(),
            version_id: version_id.map(str::to_owned),
        };
        let answer = match source.request(bytes, None).await {
            Ok(answer) => answer,
            Err(error) => match error.code() {
                Some(code) if ABSENT.contains(&code) => return Ok(None),
                Some(BEYOND_THE_END) => return Ok(Some(Self::at_the_end(source, bytes.begin))),
                _ => return Err(aws_errors::failure(OPEN, error)),
            },
        };
        let unusable = |fault| PortFailure::permanent(OPEN, fault);
        let unwanted_bytes = bytes_before(bytes.begin, &answer).map_err(unusable)?;
        let object_bytes = object_bytes(&answer).map_err(unusable)?;
        let e_tag = answer
            .e_tag
            .ok_or(UnusableAnswer { expected: "ETag" })
            .map_err(unusable)?;
        Ok(Some(Self {
            source,
            e_tag,
            body: answer.body,
            unwanted_bytes,
            next_byte: bytes.begin,
            end: bytes.end.unwrap_or(object_bytes).min(object_bytes),
        }))
    }

    fn at_the_end(source: Source, byte: u64) -> Self {
        Self {
            source,
            e_tag: String::new(),
            body: Body::default(),
            unwanted_bytes: 0,
            next_byte: byte,
            end: byte,
        }
    }

    /// The number of bytes left to read. Available before the first byte arrives.
    pub(crate) fn remaining_bytes(&self) -> u64 {
        self.end.saturating_sub(self.next_byte)
    }

    /// The next piece of the current body: not empty, and not longer than the bytes left to read.
    async fn piece(&mut self) -> Result<Vec<u8>, Interruption> {
        let missing_bytes = self.remaining_bytes();
        loop {
            let source = match tokio::time::timeout(PIECE_TIMEOUT, self.body.next()).await {
                Ok(Some(Ok(mut bytes))) => {
                    let wanted = bytes.split_off(bounded(self.unwanted_bytes, bytes.len()));
                    self.unwanted_bytes = self.unwanted_bytes.saturating_sub(length(&bytes));
                    if wanted.is_empty() {
                        continue;
                    }
                    let mut piece = Vec::from(wanted);
                    piece.truncate(bounded(missing_bytes, piece.len()));
                    return Ok(piece);
                }
                Ok(Some(Err(error))) => Some(error),
                Ok(None) => None,
                Err(_elapsed) => return Err(Interruption::Stalled),
            };
            return Err(Interruption::BrokeOff { missing_bytes, source });
        }
    }

    async fn resume(&mut self) -> Result<(), PortFailure> {
        let rest = Bytes {
            begin: self.next_byte,
            end: Some(self.end),
        };
        let answer = match self.source.request(rest, Some(&self.e_tag)).await {
            Ok(answer) => answer,
            Err(error) => {
                return Err(match error.code() {
                    Some(REPLACED) => PortFailure::permanent(READ, Changed::Replaced),
                    // Transient: a retry of the whole operation finds that the object is gone.
                    Some(code) if ABSENT.contains(&code) => PortFailure::transient(READ, Changed::Deleted),
                    _ => aws_errors::failure(READ, error),
                });
            }
        };
        self.unwanted_bytes =
            bytes_before(self.next_byte, &answer).map_err(|fault| PortFailure::permanent(READ, fault))?;
        self.body = answer.body;
        Ok(())
    }
}

#[async_trait]
impl ByteStream for ObjectStream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure> {
        let mut resumptions = 0;
        while self.remaining_bytes() > 0 {
            let interruption = match self.piece().await {
                Ok(piece) => {
                    self.next_byte = self.next_byte.saturating_add(length(&piece));
                    return Ok(Some(piece));
                }
                Err(interruption) => interruption,
            };
            if resumptions == RESUMPTIONS_MAX {
                return Err(PortFailure::transient(READ, interruption));
            }
            tracing::warn!(
                error = &interruption as &dyn std::error::Error,
                next_byte = self.next_byte,
                "resuming the read of an object"
            );
            let pause_max = RESUMPTION_PAUSE * 2_u32.saturating_pow(resumptions);
            tokio::time::sleep(pause_max.mul_f64(fastrand::f64())).await;
            resumptions += 1;
            self.resume().await?;
        }
        Ok(None)
    }
}

impl Source {
    /// Requests these bytes; with an `ETag`, only if the object still has it.
    async fn request(
        &self,
        bytes: Bytes,
        e_tag: Option<&str>,
    ) -> Result<GetObjectOutput, SdkError<GetObjectError, HttpResponse>> {
        let range = match (bytes.begin, bytes.end) {
            (0, None) => None,
            (begin, None) => Some(format!("bytes={begin}-")),
            // A range cannot be empty, so an empty read requests one byte, to learn whether the object exists.
            (begin, Some(end)) => Some(format!("bytes={begin}-{}", end.saturating_sub(1).max(begin))),
        };
        self.bucket
            .client
            .get_object()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .set_version_id(self.version_id.clone())
            .set_range(range)
            .set_if_match(e_tag.map(str::to_owned))
            .send()
            .await
    }
}

/// How many bytes the answer has before the requested one. S3 sends none, but a server may ignore a range (RFC 9110,
/// 14.2) and start with the first byte of the object.
fn bytes_before(byte: u64, answer: &GetObjectOutput) -> Result<u64, UnusableAnswer> {
    let first_byte = match answer.content_range() {
        Some(range) => range
            .strip_prefix("bytes ")
            .and_then(|range| range.split_once('-')?.0.parse().ok()),
        None => Some(0),
    };
    first_byte
        .and_then(|first_byte| byte.checked_sub(first_byte))
        .ok_or(UnusableAnswer {
            expected: "requested byte",
        })
}

/// The length of the whole object, from an answer with any range of it.
fn object_bytes(answer: &GetObjectOutput) -> Result<u64, UnusableAnswer> {
    let length = match answer.content_range() {
        Some(range) => range.rsplit_once('/').and_then(|(_, length)| length.parse().ok()),
        None => answer.content_length.and_then(|length| u64::try_from(length).ok()),
    };
    length.ok_or(UnusableAnswer { expected: "length" })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn bounded(bytes: u64, max: usize) -> usize {
    usize::try_from(bytes).unwrap_or(max).min(max)
}
