//! Reads the bytes of a file from front to back, a chunk at a time.

use std::io::{self, Read};

/// Bytes asked of the input at a time: few calls, and what was read is still in the cache when it is looked at.
pub(crate) const CHUNK_BYTES: usize = 64 << 10;

/// Reads a file from front to back and never holds more than a chunk of it.
pub(crate) struct Source<'a> {
    input: &'a mut dyn Read,
    chunk: Vec<u8>,
    /// The part of `chunk` that was read from the input and not consumed.
    at: usize,
    end: usize,
    /// Bytes of the file before the chunk.
    before: u64,
    exhausted: bool,
    /// The failure that ended the input, if it is not the end of the file.
    failure: Option<io::Error>,
    /// Lent to one scan after the other.
    pub(crate) scratch: Vec<u8>,
}

/// The end that [`Source::copy_scan`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) bytes: usize,
    /// A marker is next, or nothing at all: there is no more data.
    pub(crate) at_marker: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn new(input: &'a mut dyn Read) -> Self {
        Self {
            input,
            chunk: vec![0; CHUNK_BYTES],
            at: 0,
            end: 0,
            before: 0,
            exhausted: false,
            failure: None,
            scratch: vec![0; CHUNK_BYTES],
        }
    }

    /// How far the file has been read, for a message.
    pub(crate) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    fn unread(&self) -> &[u8] {
        &self.chunk[self.at..self.end]
    }

    /// Reads more and keeps unconsumed bytes, at most half a marker. Returns whether there was more.
    fn more(&mut self) -> bool {
        if self.exhausted {
            return false;
        }
        self.chunk.copy_within(self.at..self.end, 0);
        self.before += self.at as u64;
        self.end -= self.at;
        self.at = 0;
        loop {
            match self.input.read(&mut self.chunk[self.end..]) {
                Ok(0) => break,
                Ok(count) => {
                    self.end += count;
                    return true;
                }
                Err(failure) if failure.kind() == io::ErrorKind::Interrupted => {}
                Err(failure) => {
                    self.failure = Some(failure);
                    break;
                }
            }
        }
        self.exhausted = true;
        false
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        while self.at == self.end {
            if !self.more() {
                return None;
            }
        }
        let byte = self.chunk[self.at];
        self.at += 1;
        Some(byte)
    }

    /// The next `count` bytes, if there are so many.
    pub(crate) fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(count);
        self.pass(count, |piece| bytes.extend_from_slice(piece))?;
        Some(bytes)
    }

    pub(crate) fn skip(&mut self, count: usize) -> Option<()> {
        self.pass(count, |_| {})
    }

    fn pass(&mut self, mut count: usize, mut take: impl FnMut(&[u8])) -> Option<()> {
        while count > 0 {
            if self.at == self.end && !self.more() {
                return None;
            }
            let piece = self.unread();
            let piece = &piece[..piece.len().min(count)];
            take(piece);
            count -= piece.len();
            self.at += piece.len();
        }
        Some(())
    }

    /// The marker that is next, passed with the fill bytes before it (T.81, B.1.1.2). `Err` holds what else is there.
    pub(crate) fn marker(&mut self) -> Result<u8, Option<u8>> {
        match self.byte() {
            Some(0xFF) => {}
            other => return Err(other),
        }
        loop {
            match self.byte() {
                Some(0xFF) => {}
                Some(marker) => return Ok(marker),
                None => return Err(None),
            }
        }
    }

    /// The next marker, with whether other bytes were passed before it. A stuffed zero is data, and no marker.
    pub(crate) fn find_marker(&mut self) -> Option<(u8, bool)> {
        let mut has_skipped = false;
        loop {
            match self.marker() {
                Ok(0) | Err(Some(_)) => has_skipped = true,
                Ok(marker) => return Some((marker, has_skipped)),
                Err(None) => return None,
            }
        }
    }

    /// Copies entropy-coded data up to the next marker, or as much of it as is at hand, and takes the stuffing out: in
    /// a scan, a byte 0xFF is followed by a zero, so that no data looks like a marker (T.81, F.1.2.3).
    ///
    /// At least one byte, unless a marker is next.
    pub(crate) fn copy_scan(&mut self, target: &mut [u8]) -> Copied {
        let mut bytes = 0;
        loop {
            let room = &mut target[bytes..];
            let unread = self.unread();
            let unread = &unread[..unread.len().min(room.len())];
            let plain = position_of_ff(unread).unwrap_or(unread.len());
            room[..plain].copy_from_slice(&unread[..plain]);
            self.at += plain;
            bytes += plain;
            match *self.unread() {
                _ if bytes == target.len() => break,
                [0xFF, 0x00, ..] => {
                    target[bytes] = 0xFF;
                    bytes += 1;
                    self.at += 2;
                }
                [] if bytes > 0 => break,
                [] | [0xFF] => {
                    if !self.more() {
                        return Copied { bytes, at_marker: true };
                    }
                }
                _ => return Copied { bytes, at_marker: true },
            }
        }
        Copied {
            bytes,
            at_marker: false,
        }
    }

    /// Skips entropy-coded data up to the next marker, which stays. Returns whether there was any.
    pub(crate) fn pass_scan(&mut self) -> bool {
        let mut any = false;
        loop {
            let unread = self.unread();
            let plain = position_of_ff(unread).unwrap_or(unread.len());
            any |= plain > 0;
            self.at += plain;
            match *self.unread() {
                [0xFF, 0x00, ..] => {
                    any = true;
                    self.at += 2;
                }
                [] | [0xFF] => {
                    if !self.more() {
                        return any;
                    }
                }
                _ => return any,
            }
        }
    }
}

/// Where the first byte 0xFF is: one in 256 of compressed data, so that whole pieces are passed at once.
fn position_of_ff(bytes: &[u8]) -> Option<usize> {
    /// As many as two vector registers hold everywhere.
    const PIECE: usize = 32;
    let (pieces, rest) = bytes.as_chunks::<PIECE>();
    // No early exit within a piece: that is what lets the compiler compare all of its bytes at once.
    let has_ff = |piece: &[u8; PIECE]| piece.iter().fold(0, |found, &byte| found | u8::from(byte == 0xFF)) != 0;
    let passed = pieces.iter().position(has_ff);
    let (start, candidates) = match passed {
        Some(index) => (index * PIECE, pieces[index].as_slice()),
        None => (bytes.len() - rest.len(), rest),
    };
    Some(start + candidates.iter().position(|&byte| byte == 0xFF)?)
}

#[cfg(test)]
mod tests {
    use super::{Copied, Source, position_of_ff};

    /// Hands out one byte at a time, so that everything that can be cut is cut.
    struct Drops<'a>(&'a [u8]);

    impl std::io::Read for Drops<'_> {
        fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            target[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn the_first_ff_is_found_wherever_it_is() {
        for length in 0..100 {
            let mut bytes = vec![0xFE; length];
            assert_eq!(position_of_ff(&bytes), None);
            for at in (0..length).rev() {
                bytes[at] = 0xFF;
                assert_eq!(position_of_ff(&bytes), Some(at));
            }
        }
    }

    #[test]
    fn stuffing_is_taken_out_however_the_bytes_arrive() {
        let mut input = Drops(&[1, 0xFF, 0, 2, 0xFF, 0, 0xFF, 0xD9]);
        let mut source = Source::new(&mut input);
        let (mut target, mut filled) = ([0; 16], 0);
        loop {
            let Copied { bytes, at_marker } = source.copy_scan(&mut target[filled..]);
            filled += bytes;
            if at_marker {
                break;
            }
        }
        assert_eq!(target[..filled], [1, 0xFF, 2, 0xFF]);
        assert_eq!(source.marker(), Ok(0xD9));
        assert_eq!(source.offset(), 8);
        assert_eq!(source.marker(), Err(None));
    }

    #[test]
    fn data_is_passed_up_to_a_marker() {
        let mut input = Drops(&[1, 0xFF, 0, 2, 0xFF, 0xD9]);
        let mut source = Source::new(&mut input);
        assert!(source.pass_scan());
        assert!(!source.pass_scan());
        assert_eq!(source.marker(), Ok(0xD9));
    }
}
