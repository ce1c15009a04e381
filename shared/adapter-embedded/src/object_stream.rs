//! Reads an object's bytes piece by piece, whatever its size.

use async_trait::async_trait;
use domain::catalog::ports::ByteStream;
use domain::ports::PortFailure;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

const PIECE_BYTES_MAX: u64 = 256 * 1_024;
const ACTION: &str = "read object";

/// The bytes of one version of an object, in pieces of at most 256 KiB.
pub struct ObjectStream {
    file: File,
    remaining_bytes: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the file ends {missing_bytes} bytes too early")]
struct CutOff {
    missing_bytes: u64,
}

impl ObjectStream {
    pub(crate) fn new(file: File, remaining_bytes: u64) -> Self {
        Self { file, remaining_bytes }
    }
}

#[async_trait]
impl ByteStream for ObjectStream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure> {
        let wanted = self.remaining_bytes.min(PIECE_BYTES_MAX);
        if wanted == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; usize::try_from(wanted).unwrap_or(0)];
        let read = self
            .file
            .read(&mut piece)
            .await
            .map_err(|error| PortFailure::transient(ACTION, error))?;
        if read == 0 {
            let missing_bytes = self.remaining_bytes;
            return Err(PortFailure::transient(ACTION, CutOff { missing_bytes }));
        }
        piece.truncate(read);
        self.remaining_bytes = self.remaining_bytes.saturating_sub(u64::try_from(read).unwrap_or(0));
        Ok(Some(piece))
    }
}
