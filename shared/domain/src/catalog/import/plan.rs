//! Where may a catalog file be cut? Between two records, and nowhere else: a line end within quotes is text.

use std::sync::Arc;

use super::job::{FileRange, ImportJob};
use crate::catalog::csv::{CatalogReader, Cuts, RecordStart};
use crate::catalog::ports::CatalogFiles;
use crate::ports::{Clock, PortFailure};
use crate::values::Timestamp;

/// Ranges of one file. All of them travel in the state of one execution, which holds 256 KiB, and leave eleven events each
/// in its history, which holds 25,000
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
pub const RANGES_MAX: u64 = 1_000;

pub struct PlanImport {
    pub files: Arc<dyn CatalogFiles>,
    pub clock: Arc<dyn Clock>,
    /// A range has about so many bytes, or more where [`RANGES_MAX`] of them would not do.
    pub range_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// The whole file, and nothing twice.
    Whole(Vec<FileRange>),
    /// So far there was time. Another attempt goes on behind the last of them.
    Unfinished(Vec<FileRange>),
    /// The header is no catalog's.
    Unusable,
    /// The file was deleted.
    Gone,
}

impl PlanImport {
    /// Goes on behind what was `planned` before, until `stop_at`.
    pub async fn run(&self, job: &ImportJob, planned: Vec<FileRange>, stop_at: Timestamp) -> Result<Plan, PortFailure> {
        let size_bytes = job.object.size_bytes;
        let planned_before = planned.len();
        let start = match planned.last() {
            // Where the last range ends, nobody noted the line: that range is cut again.
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
        while let Some(chunk) = stream.next().await? {
            if let Some(reader) = &mut header {
                if reader.next_row(&mut chunk.as_slice()).is_err() {
                    return Ok(Plan::Unusable);
                }
                if reader.header().is_some() {
                    header = None;
                }
            }
            let mut rest = chunk.as_slice();
            while let Some(cut) = cuts.next_cut(&mut rest) {
                ranges.cut_before(cut);
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
    /// Of the range that is not cut yet.
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
