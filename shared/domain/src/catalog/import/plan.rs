//! Where may a catalog file be cut? Between two records, and nowhere else: a line end within quotes is text.

use std::sync::Arc;

use super::job::{FileRange, ImportJob};
use crate::catalog::csv::{CatalogReader, RecordReader, RecordStart};
use crate::catalog::ports::CatalogFiles;
use crate::ports::{Clock, PortFailure};
use crate::values::Timestamp;

/// Ranges of one file. All of them travel in the state of one execution, which holds 256 KiB, and leave eight events each
/// in its history, which holds 25,000
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
pub const RANGES_MAX: u64 = 1_000;
/// How often the clock is looked at.
const RECORDS_PER_LOOK: u32 = 1_024;

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
        let mut cuts = Cuts {
            ranges: planned,
            range_bytes: self.range_bytes.max(size_bytes.div_ceil(RANGES_MAX)).max(1),
            begin: start,
        };
        cuts.ranges.pop();
        let Some(mut stream) = self.files.open(&job.object, start.byte_offset..size_bytes).await? else {
            return Ok(Plan::Gone);
        };
        let mut header = (start == RecordStart::FIRST).then(CatalogReader::new);
        let mut records = RecordReader::at(start);
        let mut until_look = RECORDS_PER_LOOK;
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
            while let Some(record) = records.next_record(&mut rest) {
                let begin = RecordStart {
                    byte_offset: record.byte_offset,
                    line: record.line,
                };
                cuts.cut_before(begin);
                until_look -= 1;
                if until_look == 0 {
                    until_look = RECORDS_PER_LOOK;
                    if self.clock.now() >= stop_at && cuts.ranges.len() > planned_before {
                        return Ok(Plan::Unfinished(cuts.ranges));
                    }
                }
            }
        }
        if header.is_some_and(|mut reader| reader.finish().is_err()) {
            return Ok(Plan::Unusable);
        }
        Ok(Plan::Whole(cuts.finished(size_bytes)))
    }
}

struct Cuts {
    ranges: Vec<FileRange>,
    range_bytes: u64,
    /// Of the range that is not cut yet.
    begin: RecordStart,
}

impl Cuts {
    fn cut_before(&mut self, record: RecordStart) {
        if record.byte_offset.saturating_sub(self.begin.byte_offset) >= self.range_bytes {
            self.push(record.byte_offset);
            self.begin = record;
        }
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
