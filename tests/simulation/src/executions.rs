//! The executions of the sagas with their status and journal.

use std::collections::BTreeMap;

use domain::fulfilment::ports::{Parking, SagaKind, SagaStanding};
use serde_json::Value;
use state_machine::host::StateError;

pub(crate) const ORDER_SAGA_ARN: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:order-saga";
pub(crate) const CANCEL_SAGA_ARN: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:order-cancel";

/// Executions by name.
#[derive(Default)]
pub(crate) struct Executions {
    pub(crate) by_name: BTreeMap<String, Execution>,
    pub(crate) host_is_down: bool,
}

pub(crate) struct Execution {
    pub(crate) kind: SagaKind,
    pub(crate) input: Value,
    pub(crate) started_at_ms: i64,
    pub(crate) journal: BTreeMap<String, Value>,
    pub(crate) status: Status,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Status {
    Running,
    Succeeded,
    Failed(StateError),
    TimedOut,
    Aborted,
}

impl Executions {
    pub(crate) fn status(&self, name: &str) -> Option<&Status> {
        self.by_name.get(name).map(|execution| &execution.status)
    }

    pub(crate) fn standing(&self, name: &str) -> SagaStanding {
        let ended = |error: &str, cause: &str| {
            SagaStanding::Ended(Parking {
                execution: name.to_owned(),
                error: error.to_owned(),
                cause: cause.to_owned(),
            })
        };
        match self.status(name) {
            None => SagaStanding::NotStarted,
            Some(Status::Running) => SagaStanding::Running,
            Some(Status::Succeeded) => SagaStanding::Succeeded,
            Some(Status::Failed(error)) => ended(&error.error, &error.cause),
            Some(Status::TimedOut) => ended("TIMED_OUT", ""),
            Some(Status::Aborted) => ended("ABORTED", ""),
        }
    }
}
