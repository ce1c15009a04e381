//! The report of rejected rows, `rejected.csv`: a CSV file that spreadsheets open safely and that staff correct and
//! upload again.
//!
//! A byte order mark, the columns of [`REPORT_COLUMNS`], and those of the catalog with every cell of each rejected
//! row. The same catalog makes the same bytes, however it was divided.

use super::job::ImportId;
use crate::catalog::csv::report::{MISPLACED_MARK, REPORT_COLUMNS, guarded};
use crate::catalog::csv::{Header, ReadRow, RowFaults};
use crate::catalog::ports::{ByteStream, FileSink, RejectedRowsFiles};
use crate::ports::PortFailure;

/// Bytes of one report. More rows than this holds are no longer corrected by hand, and a file of short rows would make
/// a report of forty times its size. Further rows are counted, and the last line says how many.
pub const REPORT_BYTES_MAX: u64 = 16 * 1024 * 1024;
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Ends the last cell of a row that was too long to be kept.
const CUT_MARK: &str = "… (cut)";
/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 64 * 1024;

/// Rows that one attempt rejects in one stretch of the file: lines without a header, under a name of their own.
pub(super) struct RejectedPart {
    name: String,
    sink: Box<dyn FileSink>,
    buffer: Vec<u8>,
}

impl RejectedPart {
    /// Begins a part; nobody may have used its `name` before.
    pub(super) async fn begin(
        files: &dyn RejectedRowsFiles,
        import: &ImportId,
        name: String,
    ) -> Result<Self, PortFailure> {
        Ok(Self {
            sink: files.create_part(import, &name).await?,
            buffer: Vec::new(),
            name,
        })
    }

    pub(super) async fn add(&mut self, line: &str) -> Result<(), PortFailure> {
        self.buffer.extend_from_slice(line.as_bytes());
        if self.buffer.len() >= BUFFER_BYTES {
            self.sink.write(&self.buffer).await?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Finishes the part and returns its name.
    pub(super) async fn finish(mut self) -> Result<String, PortFailure> {
        if !self.buffer.is_empty() {
            self.sink.write(&self.buffer).await?;
        }
        self.sink.finish().await?;
        Ok(self.name)
    }
}

/// The report of a whole import, made of the parts in the order of the file.
pub(super) struct Report {
    sink: Box<dyn FileSink>,
    written_bytes: u64,
    rows: u64,
    /// Read from a part and not written yet: the beginning of a line.
    pending: Vec<u8>,
    scanned_bytes: usize,
    in_quotes: bool,
    is_full: bool,
}

impl Report {
    /// Begins a report with its first line. The columns of a file that was deleted are unknown.
    pub(super) async fn begin(mut sink: Box<dyn FileSink>, header: Option<&Header>) -> Result<Self, PortFailure> {
        let line = report_header(header);
        sink.write(line.as_bytes()).await?;
        Ok(Self {
            sink,
            written_bytes: line.len() as u64,
            rows: 0,
            pending: Vec::new(),
            scanned_bytes: 0,
            in_quotes: false,
            is_full: false,
        })
    }

    /// Adds the lines of a part, as far as there is room.
    pub(super) async fn add(&mut self, mut part: Box<dyn ByteStream>) -> Result<(), PortFailure> {
        while !self.is_full {
            let Some(piece) = part.next().await? else { break };
            self.pending.extend_from_slice(&piece);
            let lines = self.scan_lines();
            self.sink.write(&self.pending[..lines]).await?;
            self.written_bytes += lines as u64;
            self.pending.drain(..lines);
            self.scanned_bytes -= lines;
        }
        Ok(())
    }

    /// Whether further parts would not be listed.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Finishes the report of so many rejected rows.
    pub(super) async fn finish(mut self, rows_rejected: u64) -> Result<(), PortFailure> {
        let more = rows_rejected.saturating_sub(self.rows);
        if self.is_full && more > 0 {
            let last = format!(
                ",{more} more rows were rejected; this report is full with {REPORT_BYTES_MAX} bytes: correct the \
                 catalog and upload all of it again\r\n"
            );
            self.sink.write(last.as_bytes()).await?;
        }
        self.sink.finish().await
    }

    /// Looks for line ends outside of quotes, and returns how many bytes of `pending` are whole lines that have room.
    fn scan_lines(&mut self) -> usize {
        let mut lines = 0;
        for (place, byte) in self.pending.iter().enumerate().skip(self.scanned_bytes) {
            self.in_quotes ^= *byte == b'"';
            if *byte != b'\n' || self.in_quotes {
                continue;
            }
            if self.written_bytes + place as u64 >= REPORT_BYTES_MAX {
                self.is_full = true;
                break;
            }
            self.rows += 1;
            lines = place + 1;
        }
        self.scanned_bytes = self.pending.len();
        lines
    }
}

fn report_header(header: Option<&Header>) -> String {
    let mut line = format!("{BYTE_ORDER_MARK}{}", REPORT_COLUMNS.join(","));
    for name in header.map(Header::names).unwrap_or_default() {
        line.push(',');
        push_cell(&mut line, name);
    }
    line.push_str("\r\n");
    line
}

/// The line of the report for a row that has these faults.
pub(super) fn rejected_line(row: &ReadRow<'_>, faults: &RowFaults) -> String {
    let ReadRow { header, record, .. } = row;
    let mut line = format!("{},", record.line);
    let is_misplaced = faults.is_misplaced();
    let mut reason = faults.to_string();
    if is_misplaced {
        reason.push_str("; correct the row, and then remove the ");
        reason.push(MISPLACED_MARK);
        reason.push_str(" before its sku");
    }
    push_cell(&mut line, &reason);
    line.push(',');
    // Bytes that are not UTF-8 become U+FFFD, which no import accepts in a column that it reads.
    let mut cells: Vec<String> = record
        .fields()
        .map(|cell| String::from_utf8_lossy(cell).into_owned())
        .collect();
    if record.too_long
        && let Some(last) = cells.last_mut()
    {
        last.push_str(CUT_MARK);
    }
    let cell_count = cells.len().max(header.names().len());
    cells.resize(cell_count, String::new());
    if is_misplaced
        && let Some(sku) = cells.get_mut(header.sku_place())
        && !sku.starts_with(MISPLACED_MARK)
    {
        sku.insert(0, MISPLACED_MARK);
    }
    for cell in cells {
        line.push(',');
        push_cell(&mut line, &cell);
    }
    line.push_str("\r\n");
    line
}

fn push_cell(line: &mut String, text: &str) {
    let cell = guarded(text);
    // Everything at which some program would divide the line, or cut the ends of a cell off.
    let is_plain = |c: char| !(c.is_control() || matches!(c, ',' | '"' | ';' | '|' | '\u{2028}' | '\u{2029}'));
    if cell.chars().all(is_plain) && cell.trim() == cell {
        line.push_str(&cell);
    } else {
        line.extend(["\"", &cell.replace('"', "\"\""), "\""]);
    }
}
