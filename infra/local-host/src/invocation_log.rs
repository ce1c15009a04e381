//! The newest invocations, for the console: ids, times and outcomes, never contents.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::events::clock::{now_ms, rfc3339};

/// Older ones are forgotten.
pub(crate) const INVOCATIONS_KEPT: usize = 500;

/// Where an event may carry the correlation id of the request that caused it, in the order of preference.
const CORRELATION_IDS: [&str; 4] = [
    "/correlation_id",
    "/headers/x-correlation-id",
    "/Records/0/dynamodb/NewImage/cancel_correlation_id/S",
    "/Records/0/dynamodb/NewImage/correlation_id/S",
];

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
    end: Option<End>,
}

struct End {
    outcome: String,
    status_code: Option<u64>,
    duration_ms: u64,
}

/// The facts about an invocation at its start.
pub(crate) struct Begun<'a> {
    pub(crate) function: &'a str,
    pub(crate) source: &'static str,
    pub(crate) request_id: &'a str,
    pub(crate) cold_start: bool,
    pub(crate) event: &'a Value,
}

impl InvocationLog {
    /// Answers the number by which the invocation ends.
    pub(crate) fn begin(&self, begun: &Begun<'_>) -> u64 {
        let mut entries = self.entries();
        let number = entries.next_number;
        entries.next_number += 1;
        if entries.kept.len() == INVOCATIONS_KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry {
            number,
            function: begun.function.to_owned(),
            source: begun.source,
            request_id: begun.request_id.to_owned(),
            correlation_id: CORRELATION_IDS.iter().find_map(|place| text_at(begun.event, place)),
            cold_start: begun.cold_start,
            started_at_ms: now_ms(),
            started: Instant::now(),
            end: None,
        });
        number
    }

    /// The first end counts: what a late original does after its timeout changes nothing here.
    pub(crate) fn end(&self, number: u64, outcome: &str, answer: Option<&Value>) {
        let mut entries = self.entries();
        let Some(first) = entries.kept.front().map(|entry| entry.number) else {
            return;
        };
        let index = number.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        let Some(entry) = index.and_then(|index| entries.kept.get_mut(index)) else {
            return;
        };
        if entry.end.is_some() {
            return;
        }
        // A request without a correlation id of its own is answered with the one it was given.
        let answered = answer.and_then(|answer| text_at(answer, "/headers/X-Correlation-Id"));
        entry.correlation_id = entry.correlation_id.take().or(answered);
        entry.end = Some(End {
            outcome: outcome.to_owned(),
            status_code: answer.and_then(|answer| answer.get("statusCode")?.as_u64()),
            duration_ms: u64::try_from(entry.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }

    /// Names the request that caused a running invocation, unless its event did. Of a batch, the first request.
    pub(crate) fn correlate(&self, request_id: &str, correlation_id: &str) {
        let mut entries = self.entries();
        let mut newest_first = entries.kept.iter_mut().rev();
        if let Some(entry) = newest_first.find(|entry| entry.request_id == request_id) {
            entry.correlation_id.get_or_insert_with(|| correlation_id.to_owned());
        }
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

fn text_at(value: &Value, place: &str) -> Option<String> {
    value.pointer(place)?.as_str().map(str::to_owned)
}

fn shown(entry: &Entry) -> Value {
    json!({
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

    fn begin(log: &InvocationLog, event: &Value) -> u64 {
        log.begin(&Begun {
            function: "orders-place",
            source: "http",
            request_id: "r-1",
            cold_start: true,
            event,
        })
    }

    #[test]
    fn the_newest_invocation_stands_first_with_the_correlation_id_of_its_event_or_answer() {
        let log = InvocationLog::default();
        let first = begin(&log, &json!({"correlation_id": "c-1"}));
        let second = begin(&log, &json!({}));
        log.end(first, "TransientFailure", None);
        log.end(
            second,
            "ok",
            Some(&json!({"statusCode": 202, "headers": {"X-Correlation-Id": "c-2"}})),
        );
        let shown = log.to_json();
        assert_eq!(
            (&shown[0]["correlation_id"], &shown[0]["status_code"]),
            (&json!("c-2"), &json!(202))
        );
        assert_eq!(
            (&shown[1]["correlation_id"], &shown[1]["outcome"]),
            (&json!("c-1"), &json!("TransientFailure"))
        );
    }

    #[test]
    fn a_late_original_does_not_change_how_its_invocation_ended() {
        let log = InvocationLog::default();
        let number = begin(&log, &json!({}));
        assert_eq!(log.to_json()[0]["outcome"], "RUNNING");
        log.end(number, "Sandbox.Timedout", None);
        log.end(number, "ok", None);
        assert_eq!(log.to_json()[0]["outcome"], "Sandbox.Timedout");
    }

    #[test]
    fn old_invocations_are_forgotten_and_may_still_end() {
        let log = InvocationLog::default();
        let first = begin(&log, &json!({}));
        let last = (0..INVOCATIONS_KEPT).map(|_| begin(&log, &json!({}))).last().unwrap();
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
        begin(&log, &json!({}));
        log.correlate("another", "c-0");
        assert_eq!(log.to_json()[0]["correlation_id"], Value::Null);
        log.correlate("r-1", "c-1");
        log.correlate("r-1", "c-2");
        assert_eq!(log.to_json()[0]["correlation_id"], "c-1");
    }
}
