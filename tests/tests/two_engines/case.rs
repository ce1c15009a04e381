//! What is a case, and what is compared? A file, what every attempt of its steps answers, and what an engine made of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::files::{File, Step};

/// What one attempt of a step comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Attempt {
    Done,
    /// The function's error, by its name.
    Fails(&'static str),
    /// No answer before the state's `TimeoutSeconds`.
    Silent,
}

/// What the attempts of a step come to, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Attempts {
    pub(crate) first: Vec<Attempt>,
    /// All that follow.
    pub(crate) then: Attempt,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) file: File,
    /// By state; any other succeeds at once.
    pub(crate) script: BTreeMap<&'static str, Attempts>,
    pub(crate) known: Option<Known>,
}

/// Where `MiniStack` does otherwise than AWS says. A case that has one of these MUST differ in exactly that.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// It ends a Parallel when all of its branches have ended, and not when the first has failed
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>: the others are stopped). So the steps
    /// of this lane go on.
    LaneGoesOn(&'static str),
    /// For the same reason: when several branches fail, it reports the first in the file and not the first in time.
    FirstInFile {
        reported: &'static str,
        by_ministack: &'static str,
    },
    /// It passes over `Output` of Parallel and Succeed, which is why the other cases run on the file in other words:
    /// this one runs on the file as it is.
    OutputPassedOver,
}

/// What an engine made of a case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) ended: Ended,
    /// States of the file itself in the order in which they were entered, with their inputs. Those within a Parallel
    /// show otherwise, for `MiniStack` does not tell of them: a Task by its call, a Choice by the step that it leads to,
    /// a Fail by its error and cause in the input of the state behind the catch.
    pub(crate) entered: Vec<(String, Value)>,
    /// Every attempt of every step, by lane: between branches there is no order.
    pub(crate) lanes: BTreeMap<String, Vec<Call>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    Succeeded { output: Value },
    Failed { error: String, cause: Value },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) state: String,
    pub(crate) input: Value,
}

impl Attempts {
    pub(crate) fn always(attempt: Attempt) -> Self {
        Self {
            first: vec![attempt],
            then: attempt,
        }
    }

    fn at(&self, attempt: usize) -> Attempt {
        self.first.get(attempt).copied().unwrap_or(self.then)
    }
}

impl Case {
    pub(crate) fn attempt(&self, state: &str, attempt: usize) -> Attempt {
        self.script
            .get(state)
            .map_or(Attempt::Done, |attempts| attempts.at(attempt))
    }

    /// A state that was not tried as often as the script speaks of: the case shows less than it says.
    pub(crate) fn not_played(&self, run: &Run) -> Option<&'static str> {
        let is_short = |(state, attempts): &(&&'static str, &Attempts)| {
            let made = run
                .lanes
                .values()
                .flatten()
                .filter(|call| call.state == **state)
                .count();
            made < attempts.first.len()
        };
        self.script.iter().find(is_short).map(|(state, _)| *state)
    }
}

/// The input of the execution of a case. Steps know their case by the order.
pub(crate) fn input(number: usize) -> Value {
    json!({ "order_id": order_id(number), "correlation_id": format!("correlation-{number}") })
}

pub(crate) fn order_id(number: usize) -> String {
    format!("order-{number}")
}

pub(crate) fn outcome(step: &Step) -> Value {
    json!({ "outcome": format!("{} is done", step.state) })
}

/// What a function answers that fails.
pub(crate) fn failure(error: &str) -> Value {
    json!({ "errorType": error, "errorMessage": "made to fail" })
}

impl Run {
    pub(crate) fn called(&mut self, step: &Step, input: Value) {
        let call = Call {
            state: step.state.clone(),
            input,
        };
        self.lanes.entry(step.lane.clone()).or_default().push(call);
    }

    /// The error, or the reason or outcome that the output names.
    pub(crate) fn verdict(&self) -> &str {
        match &self.ended {
            Ended::Failed { error, .. } => error,
            Ended::Succeeded { output } => {
                let reason = output["reason"].as_str().or(output["outcome"].as_str());
                reason.unwrap_or_default()
            }
        }
    }
}

impl Ended {
    pub(crate) fn failed(error: &str, cause: &str) -> Self {
        Self::Failed {
            error: error.to_owned(),
            cause: comparable_cause(error, cause),
        }
    }
}

/// A function's error is its answer as JSON; how an engine puts a timeout into words is its own affair.
fn comparable_cause(error: &str, cause: &str) -> Value {
    if error == "States.Timeout" {
        return Value::Null;
    }
    serde_json::from_str(cause).unwrap_or_else(|_| json!(cause))
}

/// The input of a state behind a catch tells of an error.
pub(crate) fn comparable_input(mut input: Value) -> Value {
    if let (Some(error), Some(cause)) = (input["Error"].as_str(), input["Cause"].as_str()) {
        input["Cause"] = comparable_cause(error, cause);
    }
    input
}
