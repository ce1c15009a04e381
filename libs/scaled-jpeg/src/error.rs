//! The errors of decoding a file.

/// What the decoder answers instead of a picture. Trying again can help with the last of the three only.
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    /// The data contradicts itself, or ends too early. It was read up to `offset`, a little beyond the flaw.
    #[error("{detail}, before byte {offset}")]
    Damaged { detail: &'static str, offset: u64 },
    /// The file may well be whole; this decoder does not speak its kind.
    #[error("{feature} is not supported")]
    Unsupported { feature: String },
    /// The bytes could not be had.
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

/// Where it is, the decoder adds: it knows how far it has read.
impl From<Flaw> for JpegError {
    fn from(flaw: Flaw) -> Self {
        Self::Damaged {
            detail: flaw.0,
            offset: 0,
        }
    }
}

/// Found by every way through a block.
pub(crate) const OVERFULL: Flaw = Flaw("a block has more than 64 coefficients");
