//! Runs a state machine state by state. A run with the same journal takes the same path.
//!
//! Whatever a replay could find otherwise is written to the journal before it counts: when a state was entered, what an
//! attempt answered, which error ended a set of branches, until when a wait or the delay before a retry lasts, how the
//! execution ended. Everything else follows from the file.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::AtomicU32;

use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::bookkeeping::{OUTCOME_KEY, REDRIVEN_KEY};
use crate::definition::{Catcher, Kind, Machine, StateMachine};
use crate::errors::{RUNTIME, StateError, matches};
use crate::execution::{ExecutionInput, Interpreter, Interrupt, Outcome, Running, Scope, Step, Timeout, Visit};
use crate::expression::Variables;
use crate::history::EventKind;
use crate::host::{Host, HostFailure};
use crate::output::step;
use crate::retry::RetryCounts;
use crate::times::milliseconds;

/// Runs an execution to its end, or resumes one from its journal.
///
/// The future may be dropped at any time: called again with the same execution and journal, it resumes from there.
pub async fn run(machine: &StateMachine, execution: &ExecutionInput, host: &dyn Host) -> Result<Outcome, HostFailure> {
    let visits = AtomicU32::new(0);
    let mut interpreter = Interpreter {
        machine,
        execution,
        host,
        timeout: None,
        visits: &visits,
    };
    let redriven_at_ms: Option<i64> = interpreter.recorded(REDRIVEN_KEY).await?;
    let counts_from_ms = redriven_at_ms.unwrap_or(execution.started_at_ms);
    interpreter.timeout = machine.timeout_seconds.map(|seconds| Timeout {
        counts_from_ms,
        limit_ms: milliseconds(seconds),
    });
    let interpreter = interpreter;
    if let Some(outcome) = interpreter.recorded(OUTCOME_KEY).await? {
        return Ok(outcome);
    }
    let scope = Scope {
        input: execution.input.clone(),
        variables: Variables::new(),
        prefix: String::new(),
        item: None,
    };
    let work = pin!(interpreter.machine(&machine.top, scope));
    let finished = match interpreter.timeout {
        None => work.await,
        // The work is asked first: a replay that needs no time ends as the run before it did.
        Some(timeout) => match select(work, pin!(timeout.reached(host))).await {
            Either::Left((finished, _)) => finished,
            Either::Right(_) => Err(Interrupt::TimedOut),
        },
    };
    let (outcome, left) = match finished {
        Ok(ended) => (Outcome::Succeeded(ended.output), Some(ended.left)),
        Err(Interrupt::State(error)) => (Outcome::Failed(error), None),
        Err(Interrupt::TimedOut) => (Outcome::TimedOut, None),
        Err(Interrupt::Host(failure)) => return Err(failure),
    };
    interpreter.record(OUTCOME_KEY, &outcome).await?;
    interpreter.report_outcome(&outcome, left);
    Ok(outcome)
}

/// A finished state whose exit was not reported yet.
struct Left<'a> {
    name: &'a str,
    state_type: &'static str,
    path: String,
}

struct Ended<'a> {
    output: Value,
    left: Left<'a>,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn branch(self, machine: &'a Machine, scope: Scope) -> Running<'a> {
        Box::pin(async move {
            let ended = self.machine(machine, scope).await?;
            if self.is_first(&format!("{}/exited", ended.left.path)).await? {
                self.report_exited(&ended.left, &ended.output);
            }
            Ok(ended.output)
        })
    }

    async fn machine(self, machine: &'a Machine, scope: Scope) -> Result<Ended<'a>, Interrupt> {
        let Scope {
            mut input,
            mut variables,
            prefix,
            item,
        } = scope;
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        let mut left = None;
        let mut next = machine.start_at.as_str();
        loop {
            // Parsing made sure that every name leads to a state.
            let Some((name, state)) = machine.states.get_key_value(next) else {
                return Err(StateError::new(RUNTIME, format!("there is no state {next}")).into());
            };
            self.count_visit()?;
            let count = counts.entry(name).and_modify(|count| *count += 1).or_insert(1);
            let path = format!("{prefix}{name}#{count}");
            let (entered_at_ms, is_new) = self.instant(&format!("{path}/entered"), || self.host.now_ms()).await?;
            let visit = Visit {
                name,
                state,
                path,
                entered_at_ms,
                is_new,
                input,
                item: item.clone(),
            };
            if is_new {
                self.report_entered(&visit, left.as_ref(), &prefix);
            }
            let step = self.attempts(&visit, &mut variables).await?;
            let leaving = Left {
                name,
                state_type: state.kind.name(),
                path: visit.path,
            };
            match step.next {
                Some(successor) => (next, input, left) = (successor, step.output, Some(leaving)),
                None => {
                    return Ok(Ended {
                        output: step.output,
                        left: leaving,
                    });
                }
            }
        }
    }

    /// Runs the state until it succeeds, is caught or has failed for good.
    async fn attempts(self, visit: &Visit<'a>, variables: &mut Variables) -> Result<Step<'a>, Interrupt> {
        let mut counts = RetryCounts::of(&visit.state.retry);
        let in_parallel = matches!(visit.state.kind, Kind::Parallel { .. });
        let mut attempt = 0;
        loop {
            let path = format!("{}/{attempt}", visit.path);
            let error = match self.attempt(visit, &path, attempt, variables).await {
                Err(Interrupt::State(error)) => error,
                other => return other,
            };
            let Some(delay) = counts.next(&visit.state.retry, &error.error, in_parallel) else {
                let names_it = |catcher: &&Catcher| matches(&catcher.errors, &error.error, in_parallel);
                let Some(catcher) = visit.state.catch.iter().find(names_it) else {
                    return Err(error.into());
                };
                return self.caught(visit, attempt, catcher, &error, variables).await;
            };
            let again = || {
                let delay_ms = delay.drawn_ms(|| self.host.random_unit());
                self.host.now_ms().saturating_add(delay_ms)
            };
            let (at_ms, is_new) = self.instant(&format!("{path}/again"), again).await?;
            if is_new {
                self.report(visit, EventKind::RetryScheduled { at_ms });
            }
            self.host.sleep_until(at_ms).await;
            attempt += 1;
        }
    }

    async fn caught(
        self,
        visit: &Visit<'a>,
        attempt: u32,
        catcher: &'a Catcher,
        error: &StateError,
        variables: &mut Variables,
    ) -> Result<Step<'a>, Interrupt> {
        if self.is_first(&format!("{}/{attempt}/caught", visit.path)).await? {
            let kind = EventKind::ErrorCaught {
                error: error.error.clone(),
                next: catcher.next.clone(),
            };
            self.report(visit, kind);
        }
        let error_output = json!({ "Error": error.error, "Cause": error.cause });
        let mut states = self.states(visit, attempt);
        states["errorOutput"] = error_output.clone();
        let (assign, output) = (&catcher.assign, catcher.output.as_ref());
        Ok(step(
            visit,
            &states,
            variables,
            assign,
            output,
            error_output,
            Some(&catcher.next),
        )?)
    }

    fn report_entered(&self, visit: &Visit<'_>, left: Option<&Left<'_>>, prefix: &str) {
        match left {
            // The input of a state is the output of the one before it.
            Some(left) => self.report_exited(left, &visit.input),
            None if prefix.is_empty() => self.report_for("", "", EventKind::ExecutionStarted),
            None => {}
        }
        let kind = EventKind::StateEntered {
            state_type: visit.state.kind.name(),
            input: visit.input.clone(),
        };
        self.report(visit, kind);
    }

    fn report_exited(&self, left: &Left<'_>, output: &Value) {
        let kind = EventKind::StateExited {
            state_type: left.state_type,
            output: output.clone(),
        };
        self.report_for(left.name, &left.path, kind);
    }

    fn report_outcome(&self, outcome: &Outcome, left: Option<Left<'_>>) {
        let kind = match outcome {
            Outcome::Succeeded(output) => {
                if let Some(left) = left {
                    self.report_exited(&left, output);
                }
                EventKind::ExecutionSucceeded { output: output.clone() }
            }
            Outcome::Failed(StateError { error, cause }) => EventKind::ExecutionFailed {
                error: error.clone(),
                cause: cause.clone(),
            },
            Outcome::TimedOut => EventKind::ExecutionTimedOut,
        };
        self.report_for("", "", kind);
    }
}
