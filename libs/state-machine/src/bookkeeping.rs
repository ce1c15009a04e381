//! Reads and writes the journal of one execution, and builds `$states` for its expressions.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::execution::{Interpreter, Interrupt, Visit};
use crate::history::{EventKind, HistoryEvent};
use crate::host::HostFailure;

pub(crate) const OUTCOME_KEY: &str = "outcome";
/// The time of the last redrive: the execution's timeout counts from then.
pub(crate) const REDRIVEN_KEY: &str = "redriven";

impl Interpreter<'_> {
    /// `$states` of a state, without what only some of its fields see.
    pub(crate) fn states(&self, visit: &Visit<'_>, attempt: u32) -> Value {
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
        if let Some(item) = &visit.item {
            states["context"]["Map"] = json!({ "Item": item });
        }
        states
    }

    /// Reports an event of a state.
    pub(crate) fn report(&self, visit: &Visit<'_>, kind: EventKind) {
        self.report_for(visit.name, &visit.path, kind);
    }

    pub(crate) fn report_for(&self, state: &str, path: &str, kind: EventKind) {
        self.host.observe(HistoryEvent {
            timestamp_ms: self.host.now_ms(),
            kind,
            state: state.to_owned(),
            path: path.to_owned(),
        });
    }

    /// An instant that a replay finds again, and whether it was set just now.
    pub(crate) async fn instant(&self, key: &str, choose: impl FnOnce() -> i64) -> Result<(i64, bool), Interrupt> {
        if let Some(instant) = self.recorded(key).await? {
            return Ok((instant, false));
        }
        self.in_time()?;
        let instant = choose();
        self.record(key, &instant).await?;
        Ok((instant, true))
    }

    /// `true` when this place is passed for the first time, and not by a replay.
    pub(crate) async fn is_first(&self, key: &str) -> Result<bool, Interrupt> {
        self.instant(key, || self.host.now_ms()).await.map(|(_, is_new)| is_new)
    }

    /// Nothing new happens past the execution's deadline. What the journal has did happen, and is replayed: otherwise
    /// an execution that ended well would have timed out when its process dies before it could say so.
    pub(crate) fn in_time(&self) -> Result<(), Interrupt> {
        match self.timeout {
            Some(timeout) if self.host.now_ms() >= timeout.deadline_ms(self.host) => Err(Interrupt::TimedOut),
            _ => Ok(()),
        }
    }

    pub(crate) async fn recorded<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, HostFailure> {
        let Some(value) = self.host.recorded(key).await? else {
            return Ok(None);
        };
        let fact = serde_json::from_value(value).map_err(|fault| HostFailure(Box::new(fault)))?;
        Ok(Some(fact))
    }

    pub(crate) async fn record<T: Serialize + Sync>(&self, key: &str, fact: &T) -> Result<(), HostFailure> {
        let value = serde_json::to_value(fact).map_err(|fault| HostFailure(Box::new(fault)))?;
        self.host.record(key, &value).await
    }
}

fn rfc3339(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).map_or_else(|_| String::new(), |instant| format!("{instant:.3}"))
}
