//! Places in a file, counted in bytes and in lines.

/// The beginning of a record, or the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordStart {
    /// Bytes of the file before it.
    pub byte_offset: u64,
    /// The physical line, counted from 1.
    pub line: u64,
}

impl RecordStart {
    /// The beginning of a file.
    pub const FIRST: Self = Self {
        byte_offset: 0,
        line: 1,
    };
}

/// A place in the file. A line ends with CRLF, LF or a lone CR, within quotes as well.
#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) byte_offset: u64,
    pub(super) line: u64,
    after_cr: bool,
    after_line_end: bool,
}

impl Position {
    pub(super) fn at(start: RecordStart) -> Self {
        Self {
            byte_offset: start.byte_offset,
            line: start.line,
            after_cr: false,
            after_line_end: false,
        }
    }

    /// The line of the byte before this place.
    pub(super) fn last_line(&self) -> u64 {
        self.line - u64::from(self.after_line_end)
    }

    pub(super) fn advance(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        let count = |wanted: u8| bytes.iter().map(|byte| usize::from(*byte == wanted)).sum::<usize>();
        let feeds = count(b'\n');
        let returns = count(b'\r');
        let pairs = if returns == 0 {
            0
        } else {
            bytes.windows(2).filter(|pair| pair == b"\r\n").count()
        };
        let second_half = self.after_cr && bytes[0] == b'\n';
        self.line += (feeds + returns - pairs - usize::from(second_half)) as u64;
        self.after_cr = *last == b'\r';
        self.after_line_end = matches!(last, b'\r' | b'\n');
        self.byte_offset += bytes.len() as u64;
    }

    /// Advances over a record that has no line end but the one behind it, which is included.
    pub(super) fn advance_a_line(&mut self, bytes: usize, line_end: u8) {
        self.line += 1;
        self.after_cr = line_end == b'\r';
        self.after_line_end = true;
        self.byte_offset += bytes as u64;
    }
}
