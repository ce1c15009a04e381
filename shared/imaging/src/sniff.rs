//! What are these bytes, whatever their name says?

/// As many as it takes to tell the formats apart, and to learn the size of those that are read as a whole.
pub(crate) const START_BYTES: usize = 30;

/// The formats that product photos come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceFormat {
    Jpeg,
    Png,
    WebP,
    Gif,
}

impl SourceFormat {
    /// Judged by the signatures of the specifications, which no two of the four share.
    pub(crate) fn of(photo: &[u8]) -> Option<Self> {
        if photo.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Some(Self::Jpeg);
        }
        if photo.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if photo.starts_with(b"RIFF") && photo.get(8..12) == Some(b"WEBP") {
            return Some(Self::WebP);
        }
        if photo.starts_with(b"GIF87a") || photo.starts_with(b"GIF89a") {
            return Some(Self::Gif);
        }
        None
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }
}
