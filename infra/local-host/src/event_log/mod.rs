//! The newest events of the shop in memory, for the console: requests, invocations, messages, states, mails.
//!
//! The log is shown, and nothing depends on it: a restart begins with an empty one. Every record is JSON text from the
//! moment it is written, so that a reader costs the shop no more than a copy.

pub mod bounded;
pub mod cause;
pub mod execution;
pub mod invocation;
pub mod nodes;
pub(crate) mod ports;
pub mod record;
pub(crate) mod running;
pub mod stories;
pub(crate) mod stream;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use self::record::{Record, Status, Step};
use crate::events::clock::now_ms;

/// Records that are kept; the oldest are dropped. About a hundred orders.
pub const RECORDS_KEPT: usize = 10_000;
/// Bytes of JSON that are kept: more than so many usual records have, and little for a development machine.
pub const BYTES_KEPT: usize = 32 * 1024 * 1024;
/// Uploads whose story is remembered, so that the events of their files belong to it.
const UPLOADS_REMEMBERED: usize = 10_000;

/// Records in the order in which they were written.
pub struct EventLog {
    records: Mutex<Records>,
    tip: watch::Sender<Tip>,
}

/// Tells readers that there is more to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tip {
    last_id: u64,
    is_closed: bool,
}

#[derive(Default)]
struct Records {
    /// Ascending and without gaps.
    kept: VecDeque<Entry>,
    bytes: usize,
    last_id: u64,
    uploads: Uploads,
}

/// The story of each upload.
#[derive(Default)]
struct Uploads {
    stories: HashMap<String, String>,
    /// The oldest first.
    order: VecDeque<String>,
}

/// A record that is kept, with what a list of stories needs.
#[derive(Clone)]
struct Entry {
    id: u64,
    at_ms: i64,
    stories: Vec<String>,
    step: Step,
    status: Option<Status>,
    text: Arc<str>,
    cost_micro_usd: f64,
    json: Arc<str>,
}

/// Some records for a reader.
#[derive(Debug)]
pub(crate) struct Page {
    /// Whether records between the reader's last one and these were dropped.
    pub(crate) has_gap: bool,
    /// With their ids.
    pub(crate) records: Vec<(u64, Arc<str>)>,
}

impl Default for EventLog {
    fn default() -> Self {
        let tip = Tip {
            last_id: 0,
            is_closed: false,
        };
        Self {
            records: Mutex::default(),
            tip: watch::Sender::new(tip),
        }
    }
}

impl EventLog {
    /// Adds a record with the time of now.
    pub fn record(&self, record: Record) {
        self.record_at(record, now_ms());
    }

    /// Adds a record with a time of the caller's clock, as simulated time is.
    pub fn record_at(&self, record: Record, at_ms: i64) {
        // Written out before the lock is taken: only the id is missing.
        let body = record.to_json(at_ms);
        let Record {
            stories,
            step,
            status,
            text,
            cost_micro_usd,
            ..
        } = record;
        let mut records = self.records();
        records.last_id += 1;
        let id = records.last_id;
        let json: Arc<str> = format!("{{\"id\":{id},{}", body.strip_prefix('{').unwrap_or_default()).into();
        records.bytes += json.len();
        records.kept.push_back(Entry {
            id,
            at_ms,
            stories,
            step,
            status,
            text: text.into(),
            cost_micro_usd,
            json,
        });
        while records.kept.len() > RECORDS_KEPT || records.bytes > BYTES_KEPT {
            let Some(oldest) = records.kept.pop_front() else { break };
            records.bytes -= oldest.json.len();
        }
        drop(records);
        if self.tip.receiver_count() > 0 {
            self.tip.send_modify(|tip| tip.last_id = tip.last_id.max(id));
        }
    }

    /// Ends all readers, and those that come later, once they have read what there is.
    pub(crate) fn close(&self) {
        self.tip.send_modify(|tip| tip.is_closed = true);
    }

    fn readers(&self) -> watch::Receiver<Tip> {
        self.tip.subscribe()
    }

    /// At most `limit` records with ids above `after`.
    pub(crate) fn after(&self, after: u64, limit: usize) -> Page {
        let records = self.records();
        let Some(first) = records.kept.front().map(|entry| entry.id) else {
            return Page {
                has_gap: false,
                records: Vec::new(),
            };
        };
        // An id of an earlier process is above all of this one: its reader begins anew.
        let after = if after > records.last_id { 0 } else { after };
        let skipped = usize::try_from((after + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let page = records.kept.iter().skip(skipped).take(limit);
        Page {
            has_gap: after + 1 < first,
            records: page.map(|entry| (entry.id, Arc::clone(&entry.json))).collect(),
        }
    }

    /// The id behind which the newest `count` records are.
    pub(crate) fn before_newest(&self, count: usize) -> u64 {
        let records = self.records();
        let first = records.kept.front().map_or(records.last_id, |entry| entry.id - 1);
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        records.last_id.saturating_sub(count).max(first)
    }

    /// Lets the events of an upload's file belong to the story of the request that announced it.
    pub(crate) fn remember_upload(&self, upload_id: &str, story: &str) {
        let mut records = self.records();
        let uploads = &mut records.uploads;
        if uploads.stories.insert(upload_id.to_owned(), story.to_owned()).is_none() {
            uploads.order.push_back(upload_id.to_owned());
        }
        if uploads.order.len() > UPLOADS_REMEMBERED
            && let Some(oldest) = uploads.order.pop_front()
        {
            uploads.stories.remove(&oldest);
        }
    }

    pub(crate) fn story_of_upload(&self, upload_id: &str) -> Option<String> {
        self.records().uploads.stories.get(upload_id).cloned()
    }

    /// Adding a record cannot leave the log half changed in a way that matters to a reader.
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_with(count: usize) -> EventLog {
        let log = EventLog::default();
        for number in 0..count {
            log.record(Record::new("enqueued", format!("message {number}")));
        }
        log
    }

    fn ids(page: &Page) -> Vec<u64> {
        page.records.iter().map(|(id, _)| *id).collect()
    }

    #[test]
    fn a_reader_continues_behind_its_last_record() {
        let log = log_with(5);
        let page = log.after(2, 2);
        assert_eq!((ids(&page), page.has_gap), (vec![3, 4], false));
        assert!(log.after(5, 10).records.is_empty());
        assert_eq!(log.before_newest(2), 3);
        assert_eq!(log.before_newest(100), 0);
    }

    #[test]
    fn a_reader_of_dropped_records_learns_of_the_gap() {
        let log = log_with(RECORDS_KEPT + 3);
        let page = log.after(1, 1);
        assert_eq!((ids(&page), page.has_gap), (vec![4], true));
        assert!(!log.after(3, 1).has_gap, "nothing between 3 and 4");
        assert_eq!(log.before_newest(usize::MAX), 3);
    }

    #[test]
    fn an_id_of_an_earlier_process_begins_anew() {
        let page = log_with(2).after(900, 10);
        assert_eq!((ids(&page), page.has_gap), (vec![1, 2], false));
    }

    #[test]
    fn few_large_records_push_out_the_oldest() {
        let log = EventLog::default();
        let text = "x".repeat(BYTES_KEPT / 4);
        for _ in 0..6 {
            log.record(Record::new("enqueued", text.clone()));
        }
        assert_eq!(ids(&log.after(3, 10)), [4, 5, 6]);
    }

    #[test]
    fn uploads_are_remembered_up_to_a_limit() {
        let log = EventLog::default();
        for number in 0..=UPLOADS_REMEMBERED {
            log.remember_upload(&format!("u-{number}"), "story");
        }
        assert_eq!(log.story_of_upload("u-0"), None);
        assert_eq!(log.story_of_upload("u-1").as_deref(), Some("story"));
    }
}
