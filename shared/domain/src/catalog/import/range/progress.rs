//! The progress of an attempt, and the time of its next checkpoint. [`range`](super) has a drawing of the states.

use std::time::Duration;

use super::super::job::RangeProgress;
use crate::catalog::csv::RecordStart;
use crate::values::Timestamp;

/// When an attempt makes its first checkpoint. Early, so that even an attempt that is killed soon leaves progress
/// behind.
pub const PROGRESS_FIRST: Duration = Duration::from_secs(1);
/// Each next checkpoint comes after twice as long, up to this. Often enough that people see progress and little is
/// lost; seldom enough that checkpoints cost nothing and a report has few parts.
pub const PROGRESS_EVERY_MAX: Duration = Duration::from_secs(15);

pub(super) struct Progress {
    /// The last checkpoint in the ledger.
    recorded: RangeProgress,
    /// What was read, with the parts of the report that are finished.
    read: RangeProgress,
    /// The byte behind the last record that was read.
    ends_at: u64,
    mark: Option<Mark>,
    next_checkpoint_at: Timestamp,
    checkpoint_every: Duration,
}

/// A checkpoint that is not in the ledger yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    progress: RangeProgress,
    /// The checkpoint may be recorded once every record up to this byte is durable.
    ends_at: u64,
}

impl Progress {
    pub(super) fn new(recorded: RangeProgress, now: Timestamp) -> Self {
        Self {
            read: recorded.clone(),
            ends_at: recorded.reached.byte_offset,
            recorded,
            mark: None,
            next_checkpoint_at: now.plus(PROGRESS_FIRST),
            checkpoint_every: PROGRESS_FIRST,
        }
    }

    pub(super) fn count_row(&mut self, ends_at: u64, is_rejected: bool) {
        self.read.rows_read += 1;
        self.read.rows_rejected += u64::from(is_rejected);
        self.ends_at = ends_at;
    }

    /// Whether rows were read since the last checkpoint.
    pub(super) fn has_news(&self) -> bool {
        self.read.rows_read > self.recorded.rows_read
    }

    /// Whether it is time for a mark: one mark at a time, and none without news.
    pub(super) fn is_checkpoint_due(&self, now: Timestamp) -> bool {
        self.mark.is_none() && self.has_news() && now >= self.next_checkpoint_at
    }

    /// Everything that comes before `reached` was read, and its rejected rows are in finished parts. Replaces an
    /// earlier mark, which is returned.
    pub(super) fn mark(&mut self, reached: RecordStart, finished_part: Option<String>) -> Option<Mark> {
        self.read.reached = reached;
        self.read.parts.extend(finished_part);
        self.mark.replace(Mark {
            progress: self.read.clone(),
            ends_at: self.ends_at,
        })
    }

    /// The same for the end of the range.
    pub(super) fn mark_end(&mut self, end: RecordStart, finished_part: Option<String>) {
        self.read.is_done = true;
        self.mark(end, finished_part);
    }

    /// Goes back to an earlier mark, because the rows before the last one are not durable in time.
    pub(super) fn return_to(&mut self, mark: Option<Mark>) {
        self.mark = mark;
    }

    /// Takes the mark if every record before it is durable. The ledger may record it.
    pub(super) fn take_durable(&mut self, durable_until: u64) -> Option<RangeProgress> {
        let mark = self.mark.take_if(|mark| mark.ends_at <= durable_until);
        mark.map(|mark| mark.progress)
    }

    /// The checkpoint that the next one builds on.
    pub(super) fn recorded(&self) -> &RangeProgress {
        &self.recorded
    }

    /// The ledger has recorded a checkpoint.
    pub(super) fn set_recorded(&mut self, checkpoint: RangeProgress, now: Timestamp) {
        self.recorded = checkpoint;
        self.checkpoint_every = (self.checkpoint_every * 2).min(PROGRESS_EVERY_MAX);
        self.next_checkpoint_at = now.plus(self.checkpoint_every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(byte_offset: u64) -> RecordStart {
        RecordStart { byte_offset, line: 1 }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(0).plus(Duration::from_secs(seconds))
    }

    /// An attempt at a range that begins with byte 100, and has one row to byte 110.
    fn one_row() -> Progress {
        let nothing = RangeProgress {
            reached: place(100),
            rows_read: 0,
            rows_rejected: 0,
            parts: Vec::new(),
            is_done: false,
        };
        let mut progress = Progress::new(nothing, at(0));
        assert!(!progress.is_checkpoint_due(at(60)), "no row was read");
        progress.count_row(110, false);
        progress
    }

    #[test]
    fn a_mark_is_recorded_when_the_rows_before_it_are_durable() {
        let mut progress = one_row();
        assert!(!progress.is_checkpoint_due(at(0)));
        assert!(progress.is_checkpoint_due(at(1)));
        progress.mark(place(110), Some("part-1".to_owned()));
        progress.count_row(120, true);
        assert!(!progress.is_checkpoint_due(at(60)), "one mark at a time");
        assert_eq!(progress.take_durable(109), None);
        let checkpoint = progress.take_durable(110).unwrap();
        assert_eq!(
            (checkpoint.rows_read, checkpoint.reached),
            (1, place(110)),
            "without the later row"
        );
        assert_eq!(checkpoint.parts, ["part-1"]);
        assert_eq!(progress.take_durable(u64::MAX), None, "the ledger is asked once");
        progress.set_recorded(checkpoint, at(5));
        assert!(progress.has_news());
        assert!(!progress.is_checkpoint_due(at(6)));
        assert!(progress.is_checkpoint_due(at(7)), "after twice as long");
    }

    #[test]
    fn an_attempt_that_stops_in_time_records_the_mark_before_the_last() {
        let mut progress = one_row();
        assert_eq!(progress.mark(place(110), None), None);
        progress.count_row(120, false);
        let earlier = progress.mark(place(120), None);
        assert_eq!(progress.take_durable(115), None);
        progress.return_to(earlier);
        assert_eq!(progress.take_durable(115).unwrap().reached, place(110));
    }

    #[test]
    fn the_end_is_recorded_with_every_part() {
        let mut progress = one_row();
        progress.mark(place(110), Some("part-1".to_owned()));
        progress.count_row(120, true);
        progress.mark_end(place(121), Some("part-2".to_owned()));
        let end = progress.take_durable(120).unwrap();
        assert!(end.is_done);
        assert_eq!((end.rows_read, end.rows_rejected, end.reached), (2, 1, place(121)));
        assert_eq!(end.parts, ["part-1", "part-2"]);
    }
}
