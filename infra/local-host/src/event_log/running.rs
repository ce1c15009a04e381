//! The invocation that runs in the current task: collects its log lines and port calls, and learns its story.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::invocation::PortCall;
use super::record::Record;
use super::{EventLog, bounded};

/// Log lines of one invocation that are kept; an import may write more.
const LINES_KEPT: usize = 50;
/// Records of port calls of one invocation; an import makes one per row.
const CALLS_RECORDED: usize = 60;
/// Members that every line of an invocation has, and its record has already.
const IDS: [&str; 8] = [
    "timestamp",
    "level",
    "message",
    "target",
    "function",
    "request_id",
    "cold_start",
    "correlation_id",
];

tokio::task_local! {
    static RUNNING: Arc<Running>;
}

/// An invocation while it runs.
pub(crate) struct Running {
    pub(crate) number: u64,
    pub(crate) function: String,
    log: Arc<EventLog>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    stories: Vec<String>,
    /// Of the record of a batch that is worked on.
    current: Option<String>,
    lines: Vec<Value>,
    dropped_lines: usize,
    calls: usize,
}

impl Running {
    pub(crate) fn new(log: Arc<EventLog>, number: u64, function: String, stories: Vec<String>) -> Arc<Self> {
        let found = Found {
            stories,
            ..Found::default()
        };
        Arc::new(Self {
            number,
            function,
            log,
            found: Mutex::new(found),
        })
    }

    /// Runs the handler of this invocation.
    pub(crate) async fn scope<T>(self: Arc<Self>, handler: impl Future<Output = T>) -> T {
        RUNNING.scope(self, handler).await
    }

    pub(crate) fn stories(&self) -> Vec<String> {
        self.found().stories.clone()
    }

    /// The log lines so far; the last one says how many were left out.
    pub(crate) fn take_lines(&self) -> Vec<Value> {
        let mut found = self.found();
        let mut lines = std::mem::take(&mut found.lines);
        if found.dropped_lines > 0 {
            let message = format!("{} more lines", found.dropped_lines);
            lines.push(json!({ "level": "INFO", "message": message, "fields": {} }));
        }
        lines
    }

    /// Adding an entry cannot leave a list half changed.
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a story to the invocation of the current task, if there is one.
pub(crate) fn correlate(story: &str) {
    let Ok(running) = RUNNING.try_with(Arc::clone) else {
        return;
    };
    let mut found = running.found();
    found.current = Some(story.to_owned());
    if !found.stories.iter().any(|other| other == story) {
        found.stories.push(story.to_owned());
    }
}

/// Keeps a line of the log, which is JSON, with the invocation that wrote it.
pub(crate) fn keep_line(line: &str) {
    let Ok(running) = RUNNING.try_with(Arc::clone) else {
        return;
    };
    let mut found = running.found();
    if found.lines.len() == LINES_KEPT {
        found.dropped_lines += 1;
        return;
    }
    if let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(line) {
        let mut take = |name| members.remove(name).unwrap_or_default();
        let (level, message) = (take("level"), take("message"));
        let fields: Map<String, Value> = members
            .into_iter()
            .filter(|(name, _)| !IDS.contains(&name.as_str()))
            .collect();
        let fields = bounded::shown(&Value::Object(fields));
        found
            .lines
            .push(json!({ "level": level, "message": message, "fields": fields }));
    }
}

/// Records a call of the invocation of the current task, up to a limit. Calls outside of invocations, as a view makes
/// them, are not recorded.
pub(crate) fn record_call(call: &PortCall<'_>) {
    let is_recorded = RUNNING.try_with(|running| {
        let mut found = running.found();
        found.calls += 1;
        found.calls <= CALLS_RECORDED
    });
    if is_recorded.unwrap_or_default() {
        record(|running| call.record(&running.function, running.number));
    }
}

/// Records an event of the invocation of the current task, in its story.
pub(crate) fn record(of: impl FnOnce(&Running) -> Record) {
    let Ok(running) = RUNNING.try_with(Arc::clone) else {
        return;
    };
    let found = running.found();
    let story = found.current.clone().or_else(|| found.stories.first().cloned());
    drop(found);
    running.log.record(of(&running).in_story(story));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn line(number: usize) -> String {
        json!({
            "timestamp": "t", "level": "INFO", "target": "x", "message": format!("line {number}"),
            "function": "one", "order_id": "o-1", "note": "ann@example.test",
        })
        .to_string()
    }

    #[tokio::test]
    async fn lines_and_stories_belong_to_the_invocation_of_their_task() {
        let log = Arc::new(EventLog::default());
        let running = Running::new(Arc::clone(&log), 7, "one".to_owned(), vec!["a".to_owned()]);
        keep_line(&line(0));
        correlate("nobody");
        let work = async {
            keep_line("not JSON");
            (0..LINES_KEPT + 2).for_each(|number| keep_line(&line(number)));
            correlate("b");
            record(|_| Record::new("mail_sent", "sent"));
        };
        Arc::clone(&running).scope(work).await;
        let lines = running.take_lines();
        assert_eq!(lines.len(), LINES_KEPT + 1);
        assert_eq!(lines[0]["message"], "line 0");
        assert_eq!(lines[0]["fields"], json!({ "order_id": "o-1", "note": "[address]" }));
        assert_eq!(lines[LINES_KEPT]["message"], "2 more lines");
        assert_eq!(running.stories(), ["a", "b"]);
        let page = log.after(0, 10);
        assert!(page.records[0].1.contains("\"story\":\"b\""), "{page:?}");
    }

    #[tokio::test]
    async fn calls_are_recorded_up_to_a_limit() {
        let log = Arc::new(EventLog::default());
        let running = Running::new(Arc::clone(&log), 7, "one".to_owned(), Vec::new());
        let work = async {
            for _ in 0..=CALLS_RECORDED {
                record_call(&PortCall {
                    port: "orders",
                    action: "find",
                    failure: Some("refused"),
                    duration: Duration::from_micros(1_500),
                });
            }
        };
        running.scope(work).await;
        let page = log.after(0, 1_000);
        assert_eq!(page.records.len(), CALLS_RECORDED);
        let first: Value = serde_json::from_str(&page.records[0].1).unwrap();
        assert_eq!(
            (&first["duration_ms"], &first["error"]),
            (&json!(1.5), &json!("refused"))
        );
        assert_eq!(
            (&first["from"], &first["to"]),
            (&json!("function:one"), &json!("table:orders"))
        );
    }
}
