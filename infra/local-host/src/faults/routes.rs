//! Serves the break-it switches: `GET` and `PUT /dev/faults`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::Faults;
use super::crash::CannotCrash;
use super::switch::Switch;
use crate::answers::{answer, answer_with};
use crate::event_log::EventLog;
use crate::event_log::record::Record;

pub(crate) struct Switchboard {
    pub(crate) faults: Faults,
    pub(crate) log: Arc<EventLog>,
}

type Shared = State<Arc<Switchboard>>;

pub(crate) fn router(switchboard: Switchboard) -> Router {
    Router::new()
        .route("/dev/faults", get(list).put(change))
        .with_state(Arc::new(switchboard))
}

/// Why switches stay as they are.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChangeFault {
    #[error(
        r#"the body is a JSON object of switches and values, like {{"duplicate_events": true}}; switches: {}"#,
        names()
    )]
    NotAnObject,
    #[error("there is no switch {name:?}; switches: {}", names())]
    UnknownName { name: String },
    #[error("{} does not accept {value}; accepted: {}", switch.name(), accepted(*switch))]
    UnknownValue { switch: Switch, value: String },
}

fn names() -> String {
    Switch::ALL.map(Switch::name).join(", ")
}

fn accepted(switch: Switch) -> String {
    let values = switch.values();
    let values: Vec<String> = values.as_array().into_iter().flatten().map(Value::to_string).collect();
    values.join(", ")
}

/// The wanted values, all of them valid.
pub(super) fn read(body: &[u8]) -> Result<Vec<(Switch, Value)>, ChangeFault> {
    let members: Map<String, Value> = serde_json::from_slice(body).map_err(|_| ChangeFault::NotAnObject)?;
    let changes = members.into_iter().map(|(name, value)| {
        let switch = Switch::parse(&name).ok_or(ChangeFault::UnknownName { name })?;
        if switch.accepts(&value) {
            Ok((switch, value))
        } else {
            let value = value.to_string();
            Err(ChangeFault::UnknownValue { switch, value })
        }
    });
    changes.collect()
}

async fn list(State(switchboard): Shared) -> Response {
    answer(Ok(switchboard.faults.to_json()))
}

/// Changes all switches of the body, or none.
async fn change(State(switchboard): Shared, body: Bytes) -> Response {
    let changes = match read(&body) {
        Ok(changes) => changes,
        Err(fault) => return refused(StatusCode::BAD_REQUEST, &fault.to_string()),
    };
    let crash = changes.iter().find(|(switch, _)| *switch == Switch::Crash);
    let crash = match crash.map(|_| switchboard.faults.crash.prepare()).transpose() {
        Ok(crash) => crash,
        Err(fault @ (CannotCrash::Embedded | CannotCrash::NotUnix)) => {
            return refused(StatusCode::CONFLICT, &fault.to_string());
        }
    };
    for (switch, value) in changes {
        switchboard.faults.set(switch, &value);
        let text = format!("The switch {} is set to {value}", switch.name());
        let record = Record::new("fault_switched", text)
            .with("fault", switch.name())
            .with("value", value);
        switchboard.log.record(record);
    }
    if let Some(crash) = crash {
        tracing::warn!("the switch crash ends the process");
        crash.begin();
    }
    answer(Ok(switchboard.faults.to_json()))
}

fn refused(status: StatusCode, message: &str) -> Response {
    answer_with(status, &json!({ "message": message }))
}
