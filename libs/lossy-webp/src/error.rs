//! The errors of decoding a frame.

/// What the decoder answers instead of pixels. Trying again cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebpError {
    /// It does not begin as a key frame of VP8 does.
    #[error("the VP8 frame has no header")]
    NoHeader,
    #[error("the VP8 frame contradicts itself or ends too early")]
    Damaged,
    /// The size asked for is zero, larger than the frame's own, or more than there is memory for.
    #[error("the VP8 frame could not be decoded into {width} x {height} pixels")]
    Impossible { width: u32, height: u32 },
}
