//! Runs one attempt of a Task: invokes its function, waits for its token if it has one, and records the answer before
//! it counts.

use std::future::pending;
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
        let begun = self.begun(task, path).await?;
        let with_token = begun.as_ref().map(|begun| with_token(states, &begun.token));
        let states = with_token.as_ref().unwrap_or(states);
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
            token: begun.as_ref().map(|begun| begun.token.clone()),
        };
        let answer = match begun {
            None => self.invoked(call, timeout_seconds).await,
            Some(begun) => self.token_completed(call, begun.at_ms, timeout_seconds).await?,
        };
        let answer = answer.and_then(|output| {
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
        let state = call.state.clone();
        let begun_at_ms = self.host.now_ms();
        let expired = self.expired(&state, begun_at_ms, timeout_seconds);
        match select(self.host.invoke(call), pin!(expired)).await {
            Either::Left((answer, _)) => answer,
            Either::Right((error, _)) => Err(error),
        }
    }

    /// Never, without a timeout.
    async fn expired(self, state: &str, begun_at_ms: i64, timeout_seconds: Option<u64>) -> StateError {
        let Some(seconds) = timeout_seconds else {
            return pending().await;
        };
        let timeout = Timeout {
            counts_from_ms: begun_at_ms,
            limit_ms: milliseconds(seconds),
        };
        timeout.reached(self.host).await;
        StateError::new(TIMEOUT, format!("{state} gave no answer in {seconds} s"))
    }

    /// The token of an attempt that waits for one, and when the attempt began: a replay finds both again.
    async fn begun(self, task: &Task, path: &str) -> Result<Option<Begun>, Interrupt> {
        if !task.waits_for_token {
            return Ok(None);
        }
        let (at_ms, _) = self.instant(&format!("{path}/begun"), || self.host.now_ms()).await?;
        let token = format!("{}#{path}#{at_ms}", self.execution.id);
        Ok(Some(Begun { token, at_ms }))
    }

    /// Invokes the function once, unless an earlier process has done so, and waits for the token at the same time: it
    /// may be completed before the function answers. Only an error of the function counts.
    async fn token_completed(
        self,
        call: TaskCall,
        begun_at_ms: i64,
        timeout_seconds: Option<u64>,
    ) -> Result<Answer, Interrupt> {
        let key = format!("{}/invoked", call.path);
        let invoked = async {
            if self.recorded::<bool>(&key).await?.is_none() {
                if let Err(error) = self.host.invoke(call.clone()).await {
                    return Ok(error);
                }
                self.record(&key, &true).await?;
            }
            pending::<Result<StateError, Interrupt>>().await
        };
        let expired = self.expired(&call.state, begun_at_ms, timeout_seconds);
        let (invoked, expired) = (pin!(invoked), pin!(expired));
        match select(self.host.completed(&call), select(invoked, expired)).await {
            Either::Left((answer, _)) => Ok(answer),
            Either::Right((Either::Left((error, _)), _)) => Ok(Err(error?)),
            Either::Right((Either::Right((error, _)), _)) => Ok(Err(error)),
        }
    }
}

/// An attempt that waits for its token.
struct Begun {
    token: String,
    at_ms: i64,
}

/// `$states` with `$states.context.Task.Token`.
fn with_token(states: &Value, token: &str) -> Value {
    let mut states = states.clone();
    states["context"]["Task"] = json!({ "Token": token });
    states
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
