//! Divides a catalog file into ranges of whole records. A line end within quotes ends no record.

use std::sync::Arc;

use super::job::{FileRange, ImportJob};
use crate::catalog::csv::{CatalogReader, Cuts, RecordStart};
use crate::catalog::ports::CatalogFiles;
use crate::ports::{Clock, PortFailure};
use crate::values::Timestamp;

/// Ranges of one file. All of them are part of the state of one execution, which holds 256 KiB, and each adds eleven
/// events to its history, which holds 25,000
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
pub const RANGES_MAX: u64 = 1_000;

/// The use case of `import-plan`.
pub struct PlanImport {
    /// The uploaded file.
    pub files: Arc<dyn CatalogFiles>,
    /// The time at which an attempt stops.
    pub clock: Arc<dyn Clock>,
    /// A range has about so many bytes, or more where a file would have more than [`RANGES_MAX`] of them.
    pub range_bytes: u64,
}

/// The result of an attempt to divide a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// The whole file, and nothing twice.
    Whole(Vec<FileRange>),
    /// The ranges for which there was time. Another attempt continues behind the last of them.
    Unfinished(Vec<FileRange>),
    /// The header is not one of a catalog.
    Unusable,
    /// The file was deleted.
    Gone,
}

impl PlanImport {
    /// Continues behind the ranges that were `planned` before, until `stop_at`.
    pub async fn run(&self, job: &ImportJob, planned: Vec<FileRange>, stop_at: Timestamp) -> Result<Plan, PortFailure> {
        let size_bytes = job.object.size_bytes;
        let planned_before = planned.len();
        let start = match planned.last() {
            // The line on which the last range ends is not recorded: that range is cut again.
            Some(last) => last.begin,
            None => RecordStart::FIRST,
        };
        let range_bytes = self.range_bytes.max(size_bytes.div_ceil(RANGES_MAX));
        let mut ranges = Ranges {
            ranges: planned,
            begin: start,
        };
        ranges.ranges.pop();
        let Some(mut stream) = self.files.open(&job.object, start.byte_offset..size_bytes).await? else {
            return Ok(Plan::Gone);
        };
        let mut header = (start == RecordStart::FIRST).then(CatalogReader::new);
        let mut cuts = Cuts::new(start, range_bytes);
        // The first range has the header, and the blank rows before it.
        let mut header_ends_at = 0;
        while let Some(chunk) = stream.next().await? {
            if let Some(reader) = &mut header {
                match reader.read_header(&mut chunk.as_slice()).map(|header| header.is_some()) {
                    Err(_) => return Ok(Plan::Unusable),
                    Ok(is_read) => {
                        header_ends_at = reader.bytes_read();
                        if is_read {
                            header = None;
                        }
                    }
                }
            }
            let mut rest = chunk.as_slice();
            while let Some(cut) = cuts.next_cut(&mut rest) {
                if cut.byte_offset >= header_ends_at {
                    ranges.cut_before(cut);
                }
            }
            if ranges.ranges.len() > planned_before && self.clock.now() >= stop_at {
                return Ok(Plan::Unfinished(ranges.ranges));
            }
        }
        if header.is_some_and(|mut reader| reader.finish().is_err()) {
            return Ok(Plan::Unusable);
        }
        Ok(Plan::Whole(ranges.finished(size_bytes)))
    }
}

struct Ranges {
    ranges: Vec<FileRange>,
    /// The beginning of the range that is not cut yet.
    begin: RecordStart,
}

impl Ranges {
    fn cut_before(&mut self, record: RecordStart) {
        self.push(record.byte_offset);
        self.begin = record;
    }

    fn finished(mut self, size_bytes: u64) -> Vec<FileRange> {
        self.push(size_bytes);
        self.ranges
    }

    fn push(&mut self, end: u64) {
        self.ranges.push(FileRange {
            index: u32::try_from(self.ranges.len()).unwrap_or(u32::MAX),
            begin: self.begin,
            end,
        });
    }
}
