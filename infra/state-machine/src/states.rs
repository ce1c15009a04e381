//! What do tasks, maps and waits do? The states that reach outside or run states of their own.

use futures_util::future::{Either, select};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::definition::{Map, Task, Until};
use crate::errors::{QUERY_EVALUATION_ERROR, StateError, TIMEOUT};
use crate::expression::Variables;
use crate::history::EventKind;
use crate::host::TaskCall;
use crate::interpreter::{Interpreter, Interrupt, Visit, evaluated, milliseconds};
use crate::join::join;

impl<'a> Interpreter<'a> {
    /// One attempt of a task: its recorded answer, or an invocation whose answer is recorded before it counts.
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
        if let Some(answer) = self.host.recorded(&key).await? {
            return recorded_answer(answer).map_err(Interrupt::from);
        }
        let payload = evaluated(task.payload.as_ref(), states, variables)?.unwrap_or_else(|| visit.input.clone());
        let timeout = evaluated(task.timeout_seconds.as_ref(), states, variables)?;
        if self.is_first(&format!("{path}/scheduled")).await? {
            self.tell(
                visit,
                EventKind::TaskScheduled {
                    function: task.function.clone(),
                    attempt,
                },
            );
        }
        let call = TaskCall {
            function: task.function.clone(),
            payload,
            state: visit.name.to_owned(),
            path: path.to_owned(),
            attempt,
        };
        let invocation = self.host.invoke(call);
        let answer = match timeout.and_then(|seconds| seconds.as_u64()) {
            None => invocation.await,
            Some(seconds) => {
                let deadline_ms = self.host.now_ms().saturating_add(milliseconds(seconds));
                match select(invocation, self.host.sleep_until(deadline_ms)).await {
                    Either::Left((answer, _)) => answer,
                    Either::Right(_) => Err(StateError::new(
                        TIMEOUT,
                        format!("{} gave no answer in {seconds} s", visit.name),
                    )),
                }
            }
        };
        let answer = if task.wraps_answer {
            answer.map(|payload| json!({ "ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200 }))
        } else {
            answer
        };
        let record = match &answer {
            Ok(output) => json!({ "output": output }),
            Err(error) => json!({ "error": error }),
        };
        self.host.record(&key, &record).await?;
        self.tell(visit, outcome_of(&answer));
        answer.map_err(Interrupt::from)
    }

    pub(crate) async fn map(
        self,
        visit: &Visit<'a>,
        map: &'a Map,
        path: &str,
        states: &Value,
        variables: &Variables,
    ) -> Result<Value, Interrupt> {
        let items = evaluated(map.items.as_ref(), states, variables)?.unwrap_or_else(|| visit.input.clone());
        let Value::Array(items) = items else {
            let cause = format!("the items of {} are not a list", visit.name);
            return Err(StateError::new(QUERY_EVALUATION_ERROR, cause).into());
        };
        let mut iterations = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let mut states = states.clone();
            states["context"]["Map"] = json!({ "Item": { "Index": index, "Value": item } });
            let input = evaluated(map.item_selector.as_ref(), &states, variables)?.unwrap_or(item);
            iterations.push(self.machine(&map.processor, input, variables.clone(), format!("{path}/{index}/")));
        }
        let at_once = if map.max_concurrency == 0 {
            usize::MAX
        } else {
            map.max_concurrency
        };
        Ok(Value::Array(join(iterations, at_once).await?))
    }

    pub(crate) async fn wait(
        self,
        path: &str,
        until: &Until,
        states: &Value,
        variables: &Variables,
    ) -> Result<(), Interrupt> {
        let wrong = |what: &str| StateError::new(QUERY_EVALUATION_ERROR, what);
        let ends_at_ms = match until {
            Until::Seconds(template) => {
                let seconds = template.evaluate(states, variables)?.as_u64();
                let seconds = seconds.ok_or_else(|| wrong("Seconds of a wait is not a whole number"))?;
                self.host.now_ms().saturating_add(milliseconds(seconds))
            }
            Until::Timestamp(template) => {
                let text = template.evaluate(states, variables)?;
                let instant = text.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                instant
                    .ok_or_else(|| wrong("Timestamp of a wait is not in RFC 3339"))?
                    .as_millisecond()
            }
        };
        let (ends_at_ms, _) = self.instant(&format!("{path}/until"), || ends_at_ms).await?;
        self.host.sleep_until(ends_at_ms).await;
        Ok(())
    }
}

fn recorded_answer(mut record: Value) -> Result<Value, StateError> {
    if let Ok(error) = serde_json::from_value(record["error"].take()) {
        return Err(error);
    }
    Ok(record["output"].take())
}

fn outcome_of(answer: &Result<Value, StateError>) -> EventKind {
    match answer {
        Ok(output) => EventKind::TaskSucceeded { output: output.clone() },
        Err(error) if error.error == TIMEOUT => EventKind::TaskTimedOut,
        Err(error) => EventKind::TaskFailed {
            error: error.error.clone(),
            cause: error.cause.clone(),
        },
    }
}
