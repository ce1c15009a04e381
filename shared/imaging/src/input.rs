//! Where a photo is read from, and why it may have no thumbnails.

use std::io::{self, Read, Seek, SeekFrom};

use domain::thumbnails::ports::PhotoRefused;

/// The source of a photo: a file, or bytes in a cursor.
pub trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

/// Why a photo that was to be read while it is decoded has no thumbnails.
#[derive(Debug)]
pub enum RenderError {
    /// A retry cannot help.
    Refused(PhotoRefused),
    /// Reading failed; the photo may be fine.
    Read(io::Error),
}

impl From<PhotoRefused> for RenderError {
    fn from(refused: PhotoRefused) -> Self {
        Self::Refused(refused)
    }
}

/// Keeps the first failure to read. Decoders translate such failures, and use the same type for faults of the content:
/// so this is the one place that tells the two apart.
pub(crate) struct WatchedInput<'a> {
    input: &'a mut dyn Input,
    failure: Option<io::Error>,
}

impl<'a> WatchedInput<'a> {
    pub(crate) fn new(input: &'a mut dyn Input) -> Self {
        Self { input, failure: None }
    }

    pub(crate) fn into_failure(self) -> Option<io::Error> {
        self.failure
    }

    fn watch<T>(&mut self, answer: io::Result<T>) -> io::Result<T> {
        answer.map_err(|failure| {
            let kind = failure.kind();
            // Readers try again after an interruption.
            if kind != io::ErrorKind::Interrupted {
                self.failure.get_or_insert(failure);
            }
            kind.into()
        })
    }
}

impl Read for WatchedInput<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let answer = self.input.read(target);
        self.watch(answer)
    }
}

impl Seek for WatchedInput<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let answer = self.input.seek(to);
        self.watch(answer)
    }
}
