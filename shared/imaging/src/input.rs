//! What is a photo read from, and why has it no thumbnails?

use std::io::{self, Read, Seek};

use domain::thumbnails::ports::PhotoRefused;

/// What a photo is read from: a file, or bytes in a cursor.
pub trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

/// Why a photo that was to be read while it is decoded has no thumbnails.
#[derive(Debug)]
pub enum RenderError {
    /// Trying again cannot help.
    Refused(PhotoRefused),
    /// The bytes could not be had; the photo may be fine.
    Read(io::Error),
}

impl From<PhotoRefused> for RenderError {
    fn from(refused: PhotoRefused) -> Self {
        Self::Refused(refused)
    }
}
