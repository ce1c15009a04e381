//! What happens next? Runs a state machine, state by state, so that a run with the same journal takes the same way.
//!
//! Whatever a replay could find otherwise is written to the journal before it counts: when a state was entered, what an
//! attempt answered, until when a wait or the delay before a retry lasts. Everything else follows from the file.

use std::collections::BTreeMap;
use std::pin::Pin;

use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::definition::{Catcher, Kind, Machine, State, StateMachine};
use crate::errors::{DATA_LIMIT_EXCEEDED, NO_CHOICE_MATCHED, RUNTIME, StateError};
use crate::expression::{Template, Variables};
use crate::history::EventKind;
use crate::host::{Host, HostFailure};
use crate::join::join;
use crate::retry::RetryCounts;

/// The largest input or output of a state
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// Visits of all states in one execution; a loop without an end stops here, as the history limit stops it on AWS.
const VISITS_MAX: u32 = 25_000;

#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionInput {
    /// The execution's ARN.
    pub id: String,
    pub name: String,
    pub started_at_ms: i64,
    pub input: Value,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Succeeded(Value),
    Failed(StateError),
    /// The machine's own `TimeoutSeconds`: nothing inside it can catch that.
    TimedOut,
}

/// Runs an execution to its end, or goes on with one whose journal has begun.
pub async fn run(machine: &StateMachine, execution: &ExecutionInput, host: &dyn Host) -> Result<Outcome, HostFailure> {
    let interpreter = Interpreter {
        machine,
        execution,
        host,
    };
    let work = interpreter.machine(&machine.top, execution.input.clone(), Variables::new(), String::new());
    let finished = match machine.timeout_seconds {
        None => work.await,
        Some(seconds) => {
            let deadline_ms = execution.started_at_ms.saturating_add(milliseconds(seconds));
            match select(work, host.sleep_until(deadline_ms)).await {
                Either::Left((finished, _)) => finished,
                Either::Right(_) => return Ok(Outcome::TimedOut),
            }
        }
    };
    match finished {
        Ok(output) => Ok(Outcome::Succeeded(output)),
        Err(Interrupt::State(error)) => Ok(Outcome::Failed(error)),
        Err(Interrupt::Host(failure)) => Err(failure),
    }
}

/// Why a state did not produce an output.
pub(crate) enum Interrupt {
    State(StateError),
    Host(HostFailure),
}

impl From<StateError> for Interrupt {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<HostFailure> for Interrupt {
    fn from(failure: HostFailure) -> Self {
        Self::Host(failure)
    }
}

/// Boxed, because machines contain machines.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, Interrupt>> + Send + 'a>>;

#[derive(Clone, Copy)]
pub(crate) struct Interpreter<'a> {
    pub(crate) machine: &'a StateMachine,
    pub(crate) execution: &'a ExecutionInput,
    pub(crate) host: &'a dyn Host,
}

/// One visit of one state.
pub(crate) struct Visit<'a> {
    pub(crate) name: &'a str,
    pub(crate) state: &'a State,
    pub(crate) path: String,
    pub(crate) entered_at_ms: i64,
    pub(crate) input: Value,
}

/// Where a state leads.
struct Step {
    output: Value,
    next: Option<String>,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn machine(self, machine: &'a Machine, input: Value, outer: Variables, prefix: String) -> Running<'a> {
        Box::pin(async move {
            let mut variables = outer;
            let mut visits: BTreeMap<&str, u32> = BTreeMap::new();
            let mut total = 0;
            let (mut name, mut input) = (machine.start_at.as_str(), input);
            loop {
                // `check` made sure that every name leads to a state.
                let Some((known, state)) = machine.states.get_key_value(name) else {
                    return Err(StateError::new(RUNTIME, format!("there is no state {name}")).into());
                };
                total += 1;
                if total > VISITS_MAX {
                    return Err(StateError::new(RUNTIME, format!("more than {VISITS_MAX} states were visited")).into());
                }
                let visit = visits.entry(known).and_modify(|visits| *visits += 1).or_insert(1);
                let path = format!("{prefix}{known}#{visit}");
                let step = self.visit(known, state, path, input, &mut variables).await?;
                match step.next.as_deref().and_then(|next| machine.states.get_key_value(next)) {
                    Some((next, _)) => (name, input) = (next, step.output),
                    None => return Ok(step.output),
                }
            }
        })
    }

    async fn visit(
        self,
        name: &'a str,
        state: &'a State,
        path: String,
        input: Value,
        variables: &mut Variables,
    ) -> Result<Step, Interrupt> {
        let state_type = state.kind.name();
        let (entered_at_ms, is_new) = self.instant(&format!("{path}/entered"), || self.host.now_ms()).await?;
        let visit = Visit {
            name,
            state,
            path,
            entered_at_ms,
            input,
        };
        if is_new {
            self.tell(&visit, EventKind::StateEntered { state_type });
        }
        let step = self.attempts(&visit, variables).await?;
        let size_bytes = step.output.to_string().len();
        if size_bytes > PAYLOAD_BYTES_MAX {
            let cause = format!("the output of {name} has {size_bytes} bytes, more than {PAYLOAD_BYTES_MAX}");
            return Err(StateError::new(DATA_LIMIT_EXCEEDED, cause).into());
        }
        if self.is_first(&format!("{}/exited", visit.path)).await? {
            self.tell(
                &visit,
                EventKind::StateExited {
                    state_type,
                    output: step.output.clone(),
                },
            );
        }
        Ok(step)
    }

    /// Runs the state until it succeeds, is caught or has failed for good.
    async fn attempts(self, visit: &Visit<'a>, variables: &mut Variables) -> Result<Step, Interrupt> {
        let mut counts = RetryCounts::of(&visit.state.retry);
        for attempt in 0.. {
            let path = format!("{}/{attempt}", visit.path);
            let error = match self.attempt(visit, &path, attempt, variables).await {
                Err(Interrupt::State(error)) => error,
                other => return other,
            };
            let from_task = matches!(visit.state.kind, Kind::Task(_));
            let delay = counts.delay_ms(&visit.state.retry, &error.error, from_task, || self.host.random_unit());
            let Some(delay_ms) = delay else {
                return self.caught(visit, &path, error, from_task, variables).await;
            };
            let again = || self.host.now_ms().saturating_add(delay_ms);
            let (at_ms, is_new) = self.instant(&format!("{path}/again"), again).await?;
            if is_new {
                self.tell(visit, EventKind::RetryScheduled { at_ms });
            }
            self.host.sleep_until(at_ms).await;
        }
        Err(StateError::new(RUNTIME, "attempts ran out").into())
    }

    async fn caught(
        self,
        visit: &Visit<'a>,
        path: &str,
        error: StateError,
        from_task: bool,
        variables: &mut Variables,
    ) -> Result<Step, Interrupt> {
        let names_it = |catcher: &&Catcher| crate::errors::matches(&catcher.errors, &error.error, from_task);
        let Some(catcher) = visit.state.catch.iter().find(names_it) else {
            return Err(error.into());
        };
        if self.is_first(&format!("{path}/caught")).await? {
            let kind = EventKind::ErrorCaught {
                error: error.error.clone(),
                next: catcher.next.clone(),
            };
            self.tell(visit, kind);
        }
        let error_output = json!({ "Error": error.error, "Cause": error.cause });
        let states = self.states(visit, 0, &[("errorOutput", &error_output)]);
        let output = evaluated(catcher.output.as_ref(), &states, variables)?.unwrap_or(error_output);
        assign(&catcher.assign, &states, variables)?;
        Ok(Step {
            output,
            next: Some(catcher.next.clone()),
        })
    }

    async fn attempt(
        self,
        visit: &Visit<'a>,
        path: &str,
        attempt: u32,
        variables: &mut Variables,
    ) -> Result<Step, Interrupt> {
        let states = self.states(visit, attempt, &[]);
        let result = match &visit.state.kind {
            Kind::Task(task) => self.task(visit, task, path, attempt, &states, variables).await?,
            Kind::Parallel { branches } => {
                let branches = branches.iter().enumerate().map(|(index, branch)| {
                    self.machine(
                        branch,
                        visit.input.clone(),
                        variables.clone(),
                        format!("{path}/{index}/"),
                    )
                });
                Value::Array(join(branches.collect(), usize::MAX).await?)
            }
            Kind::Map(map) => self.map(visit, map, path, &states, variables).await?,
            Kind::Choice { rules, default } => {
                for rule in rules {
                    if rule.condition.evaluate(&states, variables)? == Value::Bool(true) {
                        let output = evaluated(rule.output.as_ref(), &states, variables)?;
                        assign(&rule.assign, &states, variables)?;
                        let output = output.unwrap_or_else(|| visit.input.clone());
                        return Ok(Step {
                            output,
                            next: Some(rule.next.clone()),
                        });
                    }
                }
                let Some(default) = default else {
                    let cause = format!("no choice of {} applies, and there is no default", visit.name);
                    return Err(StateError::new(NO_CHOICE_MATCHED, cause).into());
                };
                let output = evaluated(visit.state.output.as_ref(), &states, variables)?;
                assign(&visit.state.assign, &states, variables)?;
                let output = output.unwrap_or_else(|| visit.input.clone());
                return Ok(Step {
                    output,
                    next: Some(default.clone()),
                });
            }
            Kind::Wait(until) => {
                self.wait(path, until, &states, variables).await?;
                visit.input.clone()
            }
            Kind::Pass | Kind::Succeed => visit.input.clone(),
            Kind::Fail { error, cause } => {
                let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
                let error = text(evaluated(error.as_ref(), &states, variables)?);
                let cause = text(evaluated(cause.as_ref(), &states, variables)?);
                return Err(StateError { error, cause }.into());
            }
        };
        let states = self.states(visit, attempt, &[("result", &result)]);
        let output = evaluated(visit.state.output.as_ref(), &states, variables)?.unwrap_or(result);
        assign(&visit.state.assign, &states, variables)?;
        Ok(Step {
            output,
            next: visit.state.next.clone(),
        })
    }
}

pub(crate) fn evaluated(
    template: Option<&Template>,
    states: &Value,
    variables: &Variables,
) -> Result<Option<Value>, StateError> {
    template
        .map(|template| template.evaluate(states, variables))
        .transpose()
}

/// All of an `Assign` sees the variables as they were before it.
pub(crate) fn assign(
    assign: &[(String, Template)],
    states: &Value,
    variables: &mut Variables,
) -> Result<(), StateError> {
    let mut assigned = Vec::with_capacity(assign.len());
    for (name, template) in assign {
        assigned.push((name.clone(), template.evaluate(states, variables)?));
    }
    variables.extend(assigned);
    Ok(())
}

pub(crate) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}
