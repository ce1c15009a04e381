//! An import, the ranges of its file, and the progress of each range.

use std::ops::Range;

use crate::catalog::csv::RecordStart;
use crate::values::{CorrelationId, ImportCounts, ObjectVersion, UploadId};

/// One import: one version of one catalog file. A newer version of the same file is another import, with a higher
/// sequence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportId {
    /// The upload that brought the file.
    pub upload_id: UploadId,
    /// Its place among all uploads, assigned once; later ones win.
    pub sequence: u64,
}

impl ImportId {
    /// The name of the one execution that may run it: at most 80 of `[A-Za-z0-9_-]`, as Step Functions wants names
    /// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>), while there are no
    /// more than 10^15 uploads.
    pub fn execution_name(&self) -> String {
        format!("{}-{}", self.upload_id, self.sequence)
    }
}

/// An import, and where its file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJob {
    /// The import's identity, which also names its execution.
    pub id: ImportId,
    /// The id of the request that announced the file. Every step is logged under it.
    pub correlation_id: CorrelationId,
    /// The version of the file that is read.
    pub object: ObjectVersion,
}

/// Whole records that are read together, by one attempt after another. The first range of a file has its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRange {
    /// Counted from 0, in the order of the file.
    pub index: u32,
    /// The first record of the range.
    pub begin: RecordStart,
    /// The byte behind its last one.
    pub end: u64,
}

impl FileRange {
    /// A file that is not divided.
    pub fn whole(object: &ObjectVersion) -> Self {
        Self {
            index: 0,
            begin: RecordStart::FIRST,
            end: object.size_bytes,
        }
    }

    /// The bytes of the file that the range covers.
    pub fn bytes(&self) -> Range<u64> {
        self.begin.byte_offset..self.end
    }
}

/// The progress of a range. Every row before `reached` is in the table, or in one of the parts of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeProgress {
    /// The first record that is not covered yet, or the end of the range.
    pub reached: RecordStart,
    /// Rows of the range before `reached`, without the header.
    pub rows_read: u64,
    /// Those of them that were not valid.
    pub rows_rejected: u64,
    /// The parts of the report with this range's rejected rows, in the order of the file.
    pub parts: Vec<String>,
    /// Whether every row of the range is covered.
    pub is_done: bool,
}

impl RangeProgress {
    /// Nothing was read yet.
    pub fn none(range: &FileRange) -> Self {
        Self {
            reached: range.begin,
            rows_read: 0,
            rows_rejected: 0,
            parts: Vec::new(),
            is_done: false,
        }
    }

    /// Whether a store has an entry for this progress: it writes one with the first row, or when the range is done.
    pub fn is_stored(&self) -> bool {
        self.rows_read > 0 || !self.parts.is_empty() || self.is_done
    }

    /// Rows that are not rejected are written before progress is recorded.
    pub fn rows_written(&self) -> u64 {
        self.rows_read.saturating_sub(self.rows_rejected)
    }

    /// The counts since `earlier` progress of the same range, without a total.
    pub fn since(&self, earlier: &Self) -> ImportCounts {
        ImportCounts {
            rows_read: self.rows_read.saturating_sub(earlier.rows_read),
            rows_written: self.rows_written().saturating_sub(earlier.rows_written()),
            rows_rejected: self.rows_rejected.saturating_sub(earlier.rows_rejected),
            bytes_read: self.reached.byte_offset.saturating_sub(earlier.reached.byte_offset),
            bytes_total: 0,
        }
    }
}
