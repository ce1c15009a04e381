//! What does the interpreter note, and what do expressions see? The journal of one execution, and `$states`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::history::{EventKind, HistoryEvent};
use crate::host::HostFailure;
use crate::interpreter::{Interpreter, Visit};

impl Interpreter<'_> {
    /// `$states` of a state.
    pub(crate) fn states(&self, visit: &Visit<'_>, attempt: u32, more: &[(&str, &Value)]) -> Value {
        let mut states = json!({
            "input": visit.input,
            "context": {
                "Execution": {
                    "Id": self.execution.id,
                    "Name": self.execution.name,
                    "Input": self.execution.input,
                    "StartTime": rfc3339(self.execution.started_at_ms),
                },
                "State": { "Name": visit.name, "EnteredTime": rfc3339(visit.entered_at_ms), "RetryCount": attempt },
                "StateMachine": { "Name": self.machine.name },
            },
        });
        for (name, value) in more {
            states[*name] = (*value).clone();
        }
        states
    }

    pub(crate) fn tell(&self, visit: &Visit<'_>, kind: EventKind) {
        self.host.observe(HistoryEvent {
            timestamp_ms: self.host.now_ms(),
            kind,
            state: visit.name.to_owned(),
            path: visit.path.clone(),
        });
    }

    /// An instant that a replay finds again, and whether it was set just now.
    pub(crate) async fn instant(&self, key: &str, choose: impl FnOnce() -> i64) -> Result<(i64, bool), HostFailure> {
        if let Some(instant) = self.host.recorded(key).await?.and_then(|instant| instant.as_i64()) {
            return Ok((instant, false));
        }
        let instant = choose();
        self.host.record(key, &json!(instant)).await?;
        Ok((instant, true))
    }

    /// Whether this place is passed for the first time, and not by a replay.
    pub(crate) async fn is_first(&self, key: &str) -> Result<bool, HostFailure> {
        self.instant(key, || self.host.now_ms()).await.map(|(_, is_new)| is_new)
    }
}

fn rfc3339(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).map_or_else(|_| String::new(), |instant| format!("{instant:.3}"))
}
