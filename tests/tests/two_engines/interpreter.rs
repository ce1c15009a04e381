//! Runs a case on the interpreter of the local host, in simulated time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use state_machine::history::EventKind;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{ExecutionInput, Outcome, StateMachine};

use crate::case::{Attempt, Case, Ended, Run, comparable_input, failure, input, outcome};
use crate::files::Step;

/// The duration of every call, so that parallel branches overlap.
const CALL_MS: i64 = 10;
/// Longer than any `TimeoutSeconds`.
const SILENCE_MS: i64 = 60_000;
/// The part of the longest delay that every retry waits.
const JITTER: f64 = 0.5;

pub(crate) fn run(number: usize, case: &Arc<Case>) -> Run {
    let substitutions = case.file.substitutions(str::to_owned);
    let machine = StateMachine::parse(case.file.name, case.file.text, &substitutions).unwrap();
    let steps: BTreeMap<String, Step> = case
        .file
        .steps()
        .into_iter()
        .map(|step| (step.state.clone(), step))
        .collect();
    let (scripted, steps_by_state) = (Arc::clone(case), steps.clone());
    let made = Mutex::new(BTreeMap::<String, usize>::new());
    let host = VirtualHost::new(JITTER, move |call| {
        let step = &steps_by_state[&call.state];
        let mut made = made.lock().unwrap();
        let count = made.entry(call.state.clone()).or_default();
        *count += 1;
        match scripted.attempt(&call.state, *count - 1) {
            Attempt::Done => answer(CALL_MS, Ok(outcome(step))),
            Attempt::Silent => answer(SILENCE_MS, Ok(outcome(step))),
            Attempt::Fails(error) => answer(CALL_MS, Err(StateError::new(error, failure(error).to_string()))),
        }
    });
    let execution = ExecutionInput {
        id: "arn:execution".to_owned(),
        name: case.name.clone(),
        started_at_ms: 0,
        input: input(number),
    };
    let ended = match host
        .run(&machine, &execution)
        .expect("the execution is blocked")
        .unwrap()
    {
        Outcome::Succeeded(output) => Ended::Succeeded { output },
        Outcome::Failed(error) => Ended::failed(&error.error, &error.cause),
        Outcome::TimedOut => panic!("{}: the execution timed out", case.name),
    };
    let mut run = Run {
        ended,
        entered: host.history().into_iter().filter_map(entered).collect(),
        lanes: BTreeMap::new(),
    };
    for call in host.calls() {
        run.called(&steps[&call.state], call.payload);
    }
    run
}

fn answer(after_ms: i64, result: Result<Value, StateError>) -> Answer {
    Answer { after_ms, result }
}

fn entered(event: state_machine::history::HistoryEvent) -> Option<(String, Value)> {
    match event.kind {
        // A path with a slash is inside a Parallel.
        EventKind::StateEntered { input, .. } if !event.path.contains('/') => {
            Some((event.state, comparable_input(input)))
        }
        _ => None,
    }
}
