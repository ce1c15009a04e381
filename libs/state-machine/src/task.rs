//! Runs one attempt of a Task: invokes its function, and records the answer before it counts.

use std::pin::pin;

use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::definition::Task;
use crate::errors::{StateError, TIMEOUT};
use crate::execution::{Interpreter, Interrupt, Timeout, Visit};
use crate::expression::Variables;
use crate::history::EventKind;
use crate::host::TaskCall;
use crate::output::{evaluated, within_limit, wrong_value};
use crate::times::{milliseconds, seconds};

type Answer = Result<Value, StateError>;

impl<'a> Interpreter<'a> {
    /// The recorded answer, or an invocation whose answer is recorded before it counts.
    pub(crate) async fn task(
        self,
        visit: &Visit<'a>,
        task: &'a Task,
        path: &str,
        attempt: u32,
        states: &Value,
        variables: &Variables,
    ) -> Result<Value, Interrupt> {
        let key = format!("{path}/answer");
        if let Some(answer) = self.recorded::<Answer>(&key).await? {
            return Ok(answer?);
        }
        let payload = evaluated(task.payload.as_ref(), states, variables)?.unwrap_or_else(|| visit.input.clone());
        within_limit(visit, "payload", &payload)?;
        let timeout_seconds = match &task.timeout_seconds {
            None => None,
            Some(template) => {
                let seconds = seconds(&template.evaluate(states, variables)?, 1);
                Some(seconds.ok_or_else(|| wrong_value(visit, "TimeoutSeconds is not a whole number in range"))?)
            }
        };
        self.in_time()?;
        // A first attempt begins as its state is entered, and needs no record of its own.
        if (attempt == 0 && visit.is_new) || (attempt > 0 && self.is_first(&format!("{path}/scheduled")).await?) {
            let function = task.function.clone();
            self.report(visit, EventKind::TaskScheduled { function, attempt });
        }
        let call = TaskCall {
            function: task.function.clone(),
            payload,
            state: visit.name.to_owned(),
            path: path.to_owned(),
            attempt,
        };
        let answer = self.invoked(call, timeout_seconds).await.and_then(|output| {
            within_limit(visit, "result", &output)?;
            Ok(if task.wraps_answer {
                json!({ "ExecutedVersion": "$LATEST", "Payload": output, "StatusCode": 200 })
            } else {
                output
            })
        });
        self.record(&key, &answer).await?;
        self.report(visit, answer_event(&answer));
        Ok(answer?)
    }

    async fn invoked(self, call: TaskCall, timeout_seconds: Option<u64>) -> Answer {
        let Some(seconds) = timeout_seconds else {
            return self.host.invoke(call).await;
        };
        let cause = format!("{} gave no answer in {seconds} s", call.state);
        let timeout = Timeout {
            counts_from_ms: self.host.now_ms(),
            limit_ms: milliseconds(seconds),
        };
        match select(self.host.invoke(call), pin!(timeout.reached(self.host))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(StateError::new(TIMEOUT, cause)),
        }
    }
}

fn answer_event(answer: &Answer) -> EventKind {
    match answer {
        Ok(output) => EventKind::TaskSucceeded { output: output.clone() },
        Err(error) if error.error == TIMEOUT => EventKind::TaskTimedOut,
        Err(error) => EventKind::TaskFailed {
            error: error.error.clone(),
            cause: error.cause.clone(),
        },
    }
}
