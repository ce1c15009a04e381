//! The interpreter's host for one execution: wall clock, functions of the template, and its journal.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::executions::Workflow;
use adapter_embedded::payment_results::{self, COMPLETED_TOKENS};
use async_trait::async_trait;
use domain::fulfilment::payment_results::PaymentVerdict;
use serde_json::{Value, json};
use state_machine::history::HistoryEvent;
use state_machine::host::{Host, HostFailure, StateError, TaskCall};
use wire::step_fault::StepFault;

use super::journal::{ExecutionKey, Journal};
use crate::downtime::Downtimes;
use crate::event_log::execution::Recorder;
use crate::events::clock;
use crate::functions::{Functions, Source, THROTTLED};
use crate::template::function_of_arn;

/// The error name under which Step Functions reports a function that does not exist.
const NO_FUNCTION: &str = "Lambda.ResourceNotFoundException";

/// The one under which it reports a function that had no room.
const TOO_MANY_REQUESTS: &str = "Lambda.TooManyRequestsException";

/// How long to wait for the completion of a token without a change of their table.
const TOKEN_POLL: Duration = Duration::from_secs(5);

pub(super) struct ExecutionHost {
    pub(super) workflow: Workflow,
    pub(super) key: ExecutionKey,
    pub(super) database: Database,
    /// The journal as it is on disk; only this process writes there.
    pub(super) recorded: Mutex<HashMap<String, Value>>,
    pub(super) journal: Journal,
    pub(super) functions: Arc<dyn Functions>,
    pub(super) downtimes: Arc<Downtimes>,
    pub(super) recorder: Arc<Recorder>,
}

impl ExecutionHost {
    /// Inserting a value cannot leave the map half changed.
    fn entries(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Host for ExecutionHost {
    fn now_ms(&self) -> i64 {
        clock::now_ms()
    }

    async fn sleep_until(&self, unix_ms: i64) {
        let remaining_ms = u64::try_from(unix_ms.saturating_sub(clock::now_ms())).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(remaining_ms)).await;
    }

    fn downtime_ms_since(&self, unix_ms: i64) -> i64 {
        self.downtimes.since_ms(unix_ms)
    }

    fn random_unit(&self) -> f64 {
        // Without a source of chance retries come at half their delay, together.
        getrandom::u32().map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
    }

    /// A function's error becomes a state's error, with the function's own answer as its cause
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
    async fn invoke(&self, call: TaskCall) -> Result<Value, StateError> {
        let Some(function) = function_of_arn(&call.function) else {
            return Err(StateError::new(
                NO_FUNCTION,
                format!("{} is not a function", call.function),
            ));
        };
        self.functions
            .invoke(function, call.payload, Source::Workflow(self.workflow))
            .await
            .map_err(|failure| {
                let cause = json!({ "errorType": failure.error_type, "errorMessage": failure.message });
                let error = match failure.error_type.as_str() {
                    THROTTLED => TOO_MANY_REQUESTS.to_owned(),
                    _ => failure.error_type,
                };
                StateError::new(error, cause.to_string())
            })
    }

    /// A token is completed by a row, which outlives the process.
    async fn completed(&self, call: &TaskCall) -> Result<Value, StateError> {
        let Some(token) = &call.token else {
            return pending().await;
        };
        let changes = self.database.watch(COMPLETED_TOKENS);
        loop {
            // Listening before looking: a change in between is not missed.
            let next_change = changes.notified();
            tokio::pin!(next_change);
            next_change.as_mut().enable();
            match payment_results::completed(&self.database, token).await {
                Ok(Some(PaymentVerdict::Authorized)) => return Ok(json!({ "outcome": "AUTHORIZED" })),
                Ok(Some(PaymentVerdict::Declined)) => {
                    let cause = "the payment provider declined the payment";
                    return Err(StateError::new(StepFault::PaymentDeclined.as_str(), cause));
                }
                Ok(None) => {}
                Err(failure) => {
                    let error: &dyn std::error::Error = &failure;
                    tracing::error!(error, "the completion of a token cannot be read");
                }
            }
            tokio::select! {
                () = next_change => {}
                () = tokio::time::sleep(TOKEN_POLL) => {}
            }
        }
    }

    async fn recorded(&self, key: &str) -> Result<Option<Value>, HostFailure> {
        Ok(self.entries().get(key).cloned())
    }

    async fn record(&self, key: &str, value: &Value) -> Result<(), HostFailure> {
        self.journal
            .record(&self.key, key, value)
            .await
            .map_err(|fault| HostFailure(Box::new(fault)))?;
        self.entries().insert(key.to_owned(), value.clone());
        Ok(())
    }

    fn observe(&self, event: HistoryEvent) {
        self.recorder.observe(&event);
        self.journal.report(&self.key, event);
    }
}
