//! Finds the byte of the file up to which every row is written, although rows are written out of order.

use std::collections::VecDeque;

/// Records between the oldest that is not written and the newest. A row that is throttled for long may fall behind by
/// no more than this, which bounds the memory.
pub const RECORDS_AHEAD_MAX: usize = 4_096;

/// Records in the order of the file, from the oldest that is not written.
pub(super) struct Durable {
    until: u64,
    /// The place of the oldest.
    first: usize,
    records: VecDeque<Record>,
}

struct Record {
    ends_at: u64,
    done: bool,
}

impl Durable {
    pub(super) fn new(begins_at: u64) -> Self {
        Self {
            until: begins_at,
            first: 0,
            records: VecDeque::new(),
        }
    }

    pub(super) fn until(&self) -> u64 {
        self.until
    }

    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= RECORDS_AHEAD_MAX
    }

    /// Begins a record, and returns its place for [`Durable::done`].
    pub(super) fn begin(&mut self, ends_at: u64) -> usize {
        self.records.push_back(Record { ends_at, done: false });
        self.first + self.records.len() - 1
    }

    pub(super) fn done(&mut self, place: usize) {
        let index = place.checked_sub(self.first);
        if let Some(record) = index.and_then(|index| self.records.get_mut(index)) {
            record.done = true;
        }
        while let Some(record) = self.records.pop_front_if(|record| record.done) {
            self.until = record.ends_at;
            self.first += 1;
        }
    }

    /// Counts a record that needs no write. Beside one that is done it takes no memory.
    pub(super) fn passed(&mut self, ends_at: u64) {
        match self.records.back_mut() {
            None => self.until = ends_at,
            Some(last) if last.done => last.ends_at = ends_at,
            Some(_) => self.records.push_back(Record { ends_at, done: true }),
        }
    }
}
