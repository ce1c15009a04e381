//! The newest invocations, for the console: ids, times and outcomes, and the event of each to send it again.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::events::clock::{now_ms, rfc3339};
use crate::functions::Source;

/// Older ones are forgotten.
pub(crate) const INVOCATIONS_KEPT: usize = 500;
/// Bytes of an event that is kept to be sent again, at most. With all invocations that is 16 MB.
const EVENT_BYTES_KEPT: usize = 32 * 1024;

#[derive(Default)]
pub(crate) struct InvocationLog {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Ascending and without gaps.
    kept: VecDeque<Entry>,
    next_number: u64,
}

struct Entry {
    number: u64,
    function: String,
    source: &'static str,
    request_id: String,
    correlation_id: Option<String>,
    cold_start: bool,
    started_at_ms: i64,
    started: Instant,
    repeatable: Option<Repeatable>,
    end: Option<End>,
}

/// An invocation that can be repeated: the function's logical id, and the event as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repeatable {
    pub(crate) logical_id: String,
    pub(crate) source: Source,
    pub(crate) event: String,
}

struct End {
    outcome: String,
    status_code: Option<u64>,
    duration_ms: u64,
}

/// The facts about an invocation at its start.
pub(crate) struct Begun<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) function: &'a str,
    pub(crate) source: Source,
    pub(crate) request_id: &'a str,
    pub(crate) correlation_id: Option<&'a str>,
    pub(crate) cold_start: bool,
    pub(crate) event: &'a Value,
}

impl InvocationLog {
    /// Answers the number by which the invocation ends.
    pub(crate) fn begin(&self, begun: &Begun<'_>) -> u64 {
        let event = text_within(begun.event, EVENT_BYTES_KEPT);
        let mut entries = self.entries();
        let number = entries.next_number;
        entries.next_number += 1;
        if entries.kept.len() == INVOCATIONS_KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry {
            number,
            function: begun.function.to_owned(),
            source: begun.source.as_str(),
            request_id: begun.request_id.to_owned(),
            correlation_id: begun.correlation_id.map(str::to_owned),
            cold_start: begun.cold_start,
            started_at_ms: now_ms(),
            started: Instant::now(),
            repeatable: event.map(|event| Repeatable {
                logical_id: begun.logical_id.to_owned(),
                source: begun.source,
                event,
            }),
            end: None,
        });
        number
    }

    /// The first end counts: what a late original does after its timeout changes nothing here.
    pub(crate) fn end(&self, number: u64, outcome: &str, answer: Option<&Value>) {
        let mut entries = self.entries();
        let Some(entry) = entries.find(number) else {
            return;
        };
        if entry.end.is_some() {
            return;
        }
        entry.end = Some(End {
            outcome: outcome.to_owned(),
            status_code: answer.and_then(|answer| answer.get("statusCode")?.as_u64()),
            duration_ms: u64::try_from(entry.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }

    /// Sets the correlation id of a running invocation, unless its event had one. Of a batch, the first one counts.
    pub(crate) fn correlate(&self, number: u64, correlation_id: &str) {
        if let Some(entry) = self.entries().find(number) {
            entry.correlation_id.get_or_insert_with(|| correlation_id.to_owned());
        }
    }

    /// `None` for an invocation that is forgotten, or whose event is too large to be kept.
    pub(crate) fn repeatable(&self, number: u64) -> Option<Repeatable> {
        self.entries().find(number)?.repeatable.clone()
    }

    /// Newest first.
    pub(crate) fn to_json(&self) -> Value {
        self.entries().kept.iter().rev().map(shown).collect()
    }

    /// A panic while the lock was held leaves at worst one entry short: better shown than not.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn find(&mut self, number: u64) -> Option<&mut Entry> {
        let first = self.kept.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.kept.get_mut(index)
    }
}

/// JSON, unless it has more bytes than `limit`. Writing stops there.
fn text_within(value: &Value, limit: usize) -> Option<String> {
    struct Limited(Vec<u8>, usize);
    impl io::Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() + bytes.len() > self.1 {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut text = Limited(Vec::new(), limit);
    serde_json::to_writer(&mut text, value).ok()?;
    String::from_utf8(text.0).ok()
}

fn shown(entry: &Entry) -> Value {
    json!({
        "invocation": entry.number,
        "function": entry.function,
        "source": entry.source,
        "request_id": entry.request_id,
        "correlation_id": entry.correlation_id,
        "cold_start": entry.cold_start,
        "started_at": rfc3339(entry.started_at_ms),
        "duration_ms": entry.end.as_ref().map(|end| end.duration_ms),
        "outcome": entry.end.as_ref().map_or("RUNNING", |end| &end.outcome),
        "status_code": entry.end.as_ref().and_then(|end| end.status_code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_with(log: &InvocationLog, correlation_id: Option<&str>, event: &Value) -> u64 {
        log.begin(&Begun {
            logical_id: "OrdersPlace",
            function: "orders-place",
            source: Source::HttpWrite,
            request_id: "r-1",
            correlation_id,
            cold_start: true,
            event,
        })
    }

    fn begin(log: &InvocationLog) -> u64 {
        begin_with(log, None, &json!({}))
    }

    #[test]
    fn the_newest_invocation_stands_first_with_its_outcome() {
        let log = InvocationLog::default();
        let first = begin_with(&log, Some("c-1"), &json!({}));
        let second = begin(&log);
        log.end(first, "TransientFailure", None);
        log.end(second, "ok", Some(&json!({"statusCode": 202})));
        let shown = log.to_json();
        assert_eq!(
            (&shown[0]["invocation"], &shown[0]["status_code"]),
            (&json!(1), &json!(202))
        );
        assert_eq!(
            (&shown[1]["correlation_id"], &shown[1]["outcome"]),
            (&json!("c-1"), &json!("TransientFailure"))
        );
    }

    #[test]
    fn an_event_is_kept_to_be_sent_again_unless_it_is_large() {
        let log = InvocationLog::default();
        let small = begin_with(&log, None, &json!({ "n": 1 }));
        let large = begin_with(&log, None, &json!("x".repeat(EVENT_BYTES_KEPT)));
        let kept = log.repeatable(small).unwrap();
        assert_eq!(
            (kept.logical_id.as_str(), kept.event.as_str()),
            ("OrdersPlace", r#"{"n":1}"#)
        );
        assert_eq!(log.repeatable(large), None);
        assert_eq!(log.repeatable(99), None);
    }

    #[test]
    fn a_late_original_does_not_change_how_its_invocation_ended() {
        let log = InvocationLog::default();
        let number = begin(&log);
        assert_eq!(log.to_json()[0]["outcome"], "RUNNING");
        log.end(number, "Sandbox.Timedout", None);
        log.end(number, "ok", None);
        assert_eq!(log.to_json()[0]["outcome"], "Sandbox.Timedout");
    }

    #[test]
    fn old_invocations_are_forgotten_and_may_still_end() {
        let log = InvocationLog::default();
        let first = begin(&log);
        let last = (0..INVOCATIONS_KEPT).map(|_| begin(&log)).last().unwrap();
        log.end(first, "ok", None);
        log.end(last, "ok", None);
        let shown = log.to_json();
        assert_eq!(shown.as_array().unwrap().len(), INVOCATIONS_KEPT);
        assert_eq!(
            (&shown[0]["outcome"], &shown[1]["outcome"]),
            (&json!("ok"), &json!("RUNNING"))
        );
    }

    #[test]
    fn an_invocation_learns_its_correlation_id_once() {
        let log = InvocationLog::default();
        let number = begin(&log);
        log.correlate(number + 1, "c-0");
        assert_eq!(log.to_json()[0]["correlation_id"], Value::Null);
        log.correlate(number, "c-1");
        log.correlate(number, "c-2");
        assert_eq!(log.to_json()[0]["correlation_id"], "c-1");
    }
}
