//! Reads the header of a file, for an attempt that begins to read further down.

use crate::catalog::csv::{CatalogReader, Header, HeaderFault};
use crate::catalog::ports::CatalogFiles;
use crate::ports::PortFailure;
use crate::values::ObjectVersion;

/// Why there is no header.
pub(super) enum NoHeader {
    Unusable(HeaderFault),
    /// The file was deleted.
    Gone,
    Port(PortFailure),
}

impl From<HeaderFault> for NoHeader {
    fn from(fault: HeaderFault) -> Self {
        Self::Unusable(fault)
    }
}

impl From<PortFailure> for NoHeader {
    fn from(failure: PortFailure) -> Self {
        Self::Port(failure)
    }
}

/// Reads no more of the file than its header takes.
pub(super) async fn header(files: &dyn CatalogFiles, object: &ObjectVersion) -> Result<Header, NoHeader> {
    let mut stream = files.open(object, 0..object.size_bytes).await?.ok_or(NoHeader::Gone)?;
    let mut reader = CatalogReader::new();
    while let Some(chunk) = stream.next().await? {
        if let Some(header) = reader.read_header(&mut chunk.as_slice())? {
            return Ok(header.clone());
        }
    }
    reader.finish()?;
    reader
        .header()
        .cloned()
        .ok_or(NoHeader::Unusable(HeaderFault::EmptyFile))
}
