//! What does staff get back of the rows that were rejected?
//!
//! A CSV file that spreadsheets open safely: `line,reason` and the columns of the original. The same catalog makes the
//! same bytes.

use crate::catalog::csv::{Header, Record, RowFaults};
use crate::catalog::ports::{FileSink, RejectedRowsFiles};
use crate::ports::PortFailure;
use crate::values::UploadId;

/// Bytes of one field of the report. What is cut off is in the catalog, on the line that the report names.
pub(super) const REPORT_FIELD_BYTES_MAX: usize = 1_024;
const CUT_MARK: &str = "… (cut)";
/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 64 * 1024;

/// The report under construction. There is no file unless a row was rejected.
pub(super) struct RejectedRows<'a> {
    files: &'a dyn RejectedRowsFiles,
    upload_id: &'a UploadId,
    sink: Option<Box<dyn FileSink>>,
    buffer: Vec<u8>,
}

impl<'a> RejectedRows<'a> {
    pub(super) fn new(files: &'a dyn RejectedRowsFiles, upload_id: &'a UploadId) -> Self {
        Self {
            files,
            upload_id,
            sink: None,
            buffer: Vec::new(),
        }
    }

    pub(super) async fn add(
        &mut self,
        header: &Header,
        record: &Record<'_>,
        faults: &RowFaults,
    ) -> Result<(), PortFailure> {
        let lines = rejected_lines(self.sink.is_none(), header, record, faults);
        let mut sink = match self.sink.take() {
            Some(sink) => sink,
            None => self.files.create(self.upload_id).await?,
        };
        self.buffer.extend_from_slice(lines.as_bytes());
        if self.buffer.len() >= BUFFER_BYTES {
            sink.write(&self.buffer).await?;
            self.buffer.clear();
        }
        self.sink = Some(sink);
        Ok(())
    }

    pub(super) async fn finish(self) -> Result<(), PortFailure> {
        let Some(mut sink) = self.sink else { return Ok(()) };
        if !self.buffer.is_empty() {
            sink.write(&self.buffer).await?;
        }
        sink.finish().await
    }
}

fn rejected_lines(with_header: bool, header: &Header, record: &Record<'_>, faults: &RowFaults) -> String {
    let mut lines = String::new();
    if with_header {
        lines.push_str("line,reason");
        header
            .names()
            .iter()
            .for_each(|name| push_cell(&mut lines, name.as_bytes()));
        lines.push_str("\r\n");
    }
    lines.push_str(&record.line.to_string());
    push_cell(&mut lines, faults.to_string().as_bytes());
    // As many cells as the header has, or the report itself would be ragged.
    let cells = record
        .fields()
        .chain(std::iter::repeat(b"".as_slice()))
        .take(header.names().len());
    cells.for_each(|cell| push_cell(&mut lines, cell));
    lines.push_str("\r\n");
    lines
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
