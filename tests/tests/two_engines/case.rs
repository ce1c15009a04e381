//! A case (a state machine file and the answers of its steps), and the recorded run of an engine.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::files::{File, Step};

/// The answer of one attempt of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Attempt {
    Done,
    /// The function fails with this error.
    Fails(&'static str),
    /// No answer before the state's `TimeoutSeconds`.
    Silent,
}

/// The answers of the attempts of a step, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Attempts {
    pub(crate) first: Vec<Attempt>,
    /// All further attempts.
    pub(crate) then: Attempt,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) file: File,
    /// The answers by state; all other states succeed at once.
    pub(crate) script: BTreeMap<&'static str, Attempts>,
    pub(crate) deviation: Option<Deviation>,
}

/// A known deviation of `MiniStack` from AWS. A case with a deviation MUST show exactly this difference.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deviation {
    /// It ends a Parallel when all branches have ended, and not when the first has failed
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>: the others are stopped). So the
    /// steps of this lane go on.
    LaneGoesOn(&'static str),
    /// If several branches fail, it reports the first in the file and not the first in time.
    FirstInFile {
        reported: &'static str,
        by_ministack: &'static str,
    },
    /// It ignores `Output` of Parallel and Succeed. So the other cases run with a rewritten file, and this one with the
    /// original.
    OutputIgnored,
}

/// The run of a case on an engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) ended: Ended,
    /// Entered top-level states in their order, with their inputs. `MiniStack` does not report states inside a
    /// Parallel. Those show indirectly: a Task by its call, a Choice by the next step, a Fail by its error and cause in
    /// the input of the state after the catch.
    pub(crate) entered: Vec<(String, Value)>,
    /// Every attempt of every step, by lane, because the order between branches is undefined.
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

    /// A state with fewer attempts than its script, so that the case tests less than intended.
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

/// The input of the execution of a case. Steps find their case by the order id.
pub(crate) fn input(number: usize) -> Value {
    json!({ "order_id": order_id(number), "correlation_id": format!("correlation-{number}") })
}

pub(crate) fn order_id(number: usize) -> String {
    format!("order-{number}")
}

pub(crate) fn outcome(step: &Step) -> Value {
    json!({ "outcome": format!("{} is done", step.state) })
}

/// The answer of a function that fails.
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

    /// The error, or the reason or outcome in the output.
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

/// The cause for a comparison. A function's error is JSON; the texts of timeouts differ between engines.
fn comparable_cause(error: &str, cause: &str) -> Value {
    if error == "States.Timeout" {
        return Value::Null;
    }
    serde_json::from_str(cause).unwrap_or_else(|_| json!(cause))
}

/// The input of a state after a catch contains an error.
pub(crate) fn comparable_input(mut input: Value) -> Value {
    if let (Some(error), Some(cause)) = (input["Error"].as_str(), input["Cause"].as_str()) {
        input["Cause"] = comparable_cause(error, cause);
    }
    input
}
