//! What does staff get back of the rows that were rejected?
//!
//! A CSV file that spreadsheets open safely: `line,reason` and the columns of the original. The same catalog makes the
//! same bytes.

use super::job::ImportId;
use crate::catalog::csv::{Header, Record, RowFaults};
use crate::catalog::ports::{FileSink, RejectedRowsFiles};
use crate::ports::PortFailure;

/// Bytes of one field of the report. What is cut off is in the catalog, on the line that the report names.
pub const REPORT_FIELD_BYTES_MAX: usize = 1_024;
const CUT_MARK: &str = "… (cut)";
/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 64 * 1024;

/// What one attempt rejects of one stretch of the file: lines without a header, under a name of their own.
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

    pub(super) async fn add(
        &mut self,
        header: &Header,
        record: &Record<'_>,
        faults: &RowFaults,
    ) -> Result<(), PortFailure> {
        self.buffer
            .extend_from_slice(rejected_line(header, record, faults).as_bytes());
        if self.buffer.len() >= BUFFER_BYTES {
            self.sink.write(&self.buffer).await?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Answers with its name.
    pub(super) async fn finish(mut self) -> Result<String, PortFailure> {
        if !self.buffer.is_empty() {
            self.sink.write(&self.buffer).await?;
        }
        self.sink.finish().await?;
        Ok(self.name)
    }
}

/// The first line of the report. Nobody knows the columns of a file that is gone.
pub(super) fn report_header(header: Option<&Header>) -> String {
    let mut line = "line,reason".to_owned();
    for name in header.map(Header::names).unwrap_or_default() {
        push_cell(&mut line, name.as_bytes());
    }
    line.push_str("\r\n");
    line
}

fn rejected_line(header: &Header, record: &Record<'_>, faults: &RowFaults) -> String {
    let mut line = record.line.to_string();
    push_cell(&mut line, faults.to_string().as_bytes());
    // As many cells as the header has, or the report itself would be ragged.
    let cells = record
        .fields()
        .chain(std::iter::repeat(b"".as_slice()))
        .take(header.names().len());
    cells.for_each(|cell| push_cell(&mut line, cell));
    line.push_str("\r\n");
    line
}

fn push_cell(line: &mut String, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let kept = &text[..text.floor_char_boundary(REPORT_FIELD_BYTES_MAX)];
    // Spreadsheets run what begins like this as a formula, quoted or not.
    let guard = if kept.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        "'"
    } else {
        ""
    };
    let mark = if kept.len() < text.len() { CUT_MARK } else { "" };
    line.push(',');
    if kept.contains([',', '"', '\r', '\n']) {
        line.extend(["\"", guard, &kept.replace('"', "\"\""), mark, "\""]);
    } else {
        line.extend([guard, kept, mark]);
    }
}
