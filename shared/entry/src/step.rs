//! Runs a handler for one task of a state machine or one event from EventBridge, and gives its failure a name.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use events::invocation::{FunctionError, Invocation, Reply};
use events::json_fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use telemetry::calls::end_continued;
use telemetry::context::{about, invocation_span, is_correlation_id};
use telemetry::error_chain::error_chain;
use telemetry::metric::Metric;
use telemetry::metrics::count;
use telemetry::observation::{Observation, observed};
use telemetry::subject::Subject;
use tracing::Instrument as _;

use crate::elapsed::elapsed_ms;
use crate::panics::catching_future;

// The error names that every step can have. The names of the sagas' own errors are in `wire`. A tidy test compares both
// with the names that the state machines catch and retry.

/// A dependency was throttled, timed out or unreachable: the state machine retries.
pub const TRANSIENT_FAILURE: &str = "TransientFailure";
/// A failure that a retry does not fix.
pub const INTERNAL_FAILURE: &str = "InternalFailure";
/// The input does not have the structure that this step expects.
pub const STEP_INPUT_MALFORMED: &str = "StepInputMalformed";
/// A bug: the step ended in a panic.
pub const STEP_PANICKED: &str = "StepPanicked";

/// Failures that neither a verdict of the shop nor a dependency explains.
const FAULTS: [&str; 3] = [INTERNAL_FAILURE, STEP_INPUT_MALFORMED, STEP_PANICKED];

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepError {
    /// The error name that `Catch` and `Retry` of the state machine match.
    pub name: &'static str,
    /// For the execution history, where operators and later states read it. It contains no internal details.
    pub message: String,
    /// The error and its sources, for the log only.
    pub cause: Option<String>,
}

impl StepError {
    /// A failure that the state machine handles by name, such as `OutOfStock`.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            cause: None,
        }
    }

    /// A failure that a retry can fix.
    pub fn transient(error: &(dyn Error + 'static)) -> Self {
        Self::new(TRANSIENT_FAILURE, "a dependency failed temporarily; a retry can help").cause(error)
    }

    /// A failure that a retry does not fix.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        Self::new(INTERNAL_FAILURE, "the step could not be completed").cause(error)
    }

    /// Adds the error and its sources, for the log only.
    #[must_use]
    pub fn cause(mut self, error: &(dyn Error + 'static)) -> Self {
        self.cause = Some(error_chain(error));
        self
    }
}

/// Serves one task of a state machine, or one event from EventBridge (Lambda retries its failure).
///
/// The members `correlation_id` and `order_id` of the input go on every log line. The error names are set explicitly:
/// `lambda_runtime` would use the names of Rust types, on which a `Catch` cannot rely.
pub async fn step<I, O, F, Fut>(invocation: Invocation, handler: F) -> Reply
where
    I: DeserializeOwned,
    O: Serialize,
    F: FnOnce(I) -> Fut,
    Fut: Future<Output = Result<O, StepError>>,
{
    let started = Instant::now();
    let Invocation { event, context } = invocation;
    let event = event.read::<Value>();
    let id = |name| event.as_ref().ok()?.get(name)?.as_str();
    let span = invocation_span(&context, id("correlation_id").filter(|id| is_correlation_id(id)));
    let order_id = id("order_id").map(str::to_owned);
    let observation = Observation::of(&context);
    let work = pin!(async move {
        if let Some(order_id) = order_id {
            about(Subject::Order, &order_id);
        }
        let outcome = catching_future(async {
            let input = event.and_then(serde_json::from_value).map_err(|fault| StepError {
                cause: Some(json_fault::describe(&fault)),
                ..StepError::new(
                    STEP_INPUT_MALFORMED,
                    "the input does not have the structure that this step expects",
                )
            })?;
            let output = handler(input).await?;
            serde_json::to_value(output).map_err(|error| StepError::internal(&error))
        });
        let outcome = outcome.await.unwrap_or_else(|panicked| {
            Err(StepError {
                cause: Some(format!("panic at {}: {}", panicked.location, panicked.message)),
                ..StepError::new(STEP_PANICKED, "the step panicked")
            })
        });
        end_continued(outcome.is_err());
        let duration_ms = elapsed_ms(started);
        match &outcome {
            Ok(_) => tracing::info!(outcome = "ok", duration_ms, "invocation ended"),
            Err(error) => log_failure(error, duration_ms),
        }
        if outcome.as_ref().is_err_and(|error| FAULTS.contains(&error.name)) {
            count(Metric::Faults);
        }
        outcome.map_err(|error| FunctionError::new(error.name, error.message))
    });
    observed(observation, work).instrument(span).await
}

/// Logs an outcome that the state machine handles as INFO, a failure that it retries as WARN, and others as ERROR.
fn log_failure(StepError { name, message, cause }: &StepError, duration_ms: u64) {
    match cause {
        None => tracing::info!(outcome = name, verdict = message, duration_ms, "invocation ended"),
        Some(error) if *name == TRANSIENT_FAILURE => {
            tracing::warn!(outcome = name, error, duration_ms, "invocation ended");
        }
        Some(error) => tracing::error!(outcome = name, error, duration_ms, "invocation ended"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::samples::invocation;

    #[derive(Deserialize)]
    struct Reservation {
        quantity: u32,
    }

    async fn reserve(event: Value) -> Reply {
        step(invocation(event), |input: Reservation| async move {
            tokio::task::yield_now().await;
            match input.quantity {
                0 => panic!("secret of the panic"),
                1 => Err(StepError::transient(&std::io::Error::other("secret of the source"))),
                2 => Err(StepError::new("OutOfStock", "there is not enough on hand")),
                quantity => Ok(json!({"reserved": quantity})),
            }
        })
        .await
    }

    #[test]
    fn the_future_can_be_moved_between_threads() {
        fn is_send(_: impl Send) {}
        is_send(reserve(json!({})));
    }

    #[tokio::test]
    async fn a_step_answers_with_its_output() {
        assert_eq!(reserve(json!({"quantity": 3})).await, Ok(json!({"reserved": 3})));
    }

    #[tokio::test]
    async fn every_failure_has_a_name_that_a_state_machine_can_catch() {
        let names = [
            (json!({"quantity": 0}), STEP_PANICKED),
            (json!({"quantity": 1}), TRANSIENT_FAILURE),
            (json!({"quantity": 2}), "OutOfStock"),
            (json!({"quantity": "tok_secret"}), STEP_INPUT_MALFORMED),
            (json!(null), STEP_INPUT_MALFORMED),
        ];
        for (event, name) in names {
            let error = reserve(event).await.unwrap_err();
            assert_eq!(error.error_type, name);
            assert!(!error.error_message.contains("secret"), "{error}");
        }
    }
}
