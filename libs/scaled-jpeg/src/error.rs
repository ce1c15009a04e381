//! The errors of decoding a file.

/// Why a file cannot be decoded. A retry can help only after [`JpegError::Read`].
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    /// The data contradicts itself, or ends too early. It was read up to `offset`, a little beyond the flaw.
    #[error("{detail}, before byte {offset}")]
    Damaged { detail: &'static str, offset: u64 },
    /// The file may be intact, but this decoder does not support its kind.
    #[error("{feature} is not supported")]
    Unsupported { feature: String },
    /// The input could not be read.
    #[error("read a JPEG")]
    Read(#[source] std::io::Error),
}

impl JpegError {
    pub(crate) fn unsupported(feature: impl Into<String>) -> Self {
        Self::Unsupported {
            feature: feature.into(),
        }
    }
}

/// What is wrong with the data. Small, because it is the error of the innermost loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw(pub(crate) &'static str);

/// The decoder adds the offset that it has read to.
impl From<Flaw> for JpegError {
    fn from(flaw: Flaw) -> Self {
        Self::Damaged {
            detail: flaw.0,
            offset: 0,
        }
    }
}

/// Each function that reads a block can find these.
pub(crate) const OVERFULL: Flaw = Flaw("a block has more than 64 coefficients");
