//! A state machine that was parsed and checked.

use std::collections::BTreeMap;

use crate::expression::{Expression, Template};

/// A state machine, ready to run.
#[derive(Debug, Clone)]
pub struct StateMachine {
    pub name: String,
    pub(crate) timeout_seconds: Option<u64>,
    pub(crate) top: Machine,
    pub(crate) functions: Vec<String>,
}

impl StateMachine {
    /// Every function that a Task state invokes, by the name or ARN the file gives after substitution.
    pub fn functions(&self) -> &[String] {
        &self.functions
    }

    /// Every state, branches included, in the order of the file's names.
    pub fn state_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect_names(&self.top, &mut names);
        names
    }
}

fn collect_names<'a>(machine: &'a Machine, names: &mut Vec<&'a str>) {
    for (name, state) in &machine.states {
        names.push(name);
        for inner in state.kind.machines() {
            collect_names(inner, names);
        }
    }
}

/// States with a beginning: the whole file, one branch, or the body of a map.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) start_at: String,
    pub(crate) states: BTreeMap<String, State>,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    /// `None` ends the machine.
    pub(crate) next: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Task(Task),
    Parallel {
        branches: Vec<Machine>,
    },
    Map(Map),
    Choice {
        rules: Vec<Rule>,
        default: Option<String>,
    },
    Pass,
    Wait(Until),
    Succeed,
    Fail {
        error: Option<Template>,
        cause: Option<Template>,
    },
}

impl Kind {
    /// The name in the file's `Type`, which history events begin with.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Task(_) => "Task",
            Self::Parallel { .. } => "Parallel",
            Self::Map(_) => "Map",
            Self::Choice { .. } => "Choice",
            Self::Pass => "Pass",
            Self::Wait(_) => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail { .. } => "Fail",
        }
    }

    pub(crate) fn machines(&self) -> &[Machine] {
        match self {
            Self::Parallel { branches } => branches,
            Self::Map(map) => std::slice::from_ref(&map.processor),
            _ => &[],
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) function: String,
    pub(crate) payload: Option<Template>,
    /// The `lambda:invoke` integration wraps the answer in `{"Payload": …, "StatusCode": 200}`; a plain ARN does not.
    pub(crate) wraps_answer: bool,
    /// `.waitForTaskToken`: the function's answer is ignored, and the result is what the token is completed with.
    pub(crate) waits_for_token: bool,
    pub(crate) timeout_seconds: Option<Template>,
}

#[derive(Debug, Clone)]
pub(crate) struct Map {
    /// The state's input where the file names none.
    pub(crate) items: Option<Template>,
    pub(crate) item_selector: Option<Template>,
    /// Items that are worked on at the same time.
    pub(crate) at_once: usize,
    pub(crate) processor: Machine,
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) condition: Expression,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
    pub(crate) next: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Until {
    Seconds(Template),
    Timestamp(Template),
}

impl Until {
    pub(crate) fn template(&self) -> &Template {
        match self {
            Self::Seconds(template) | Self::Timestamp(template) => template,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Retrier {
    pub(crate) errors: Vec<String>,
    pub(crate) interval_seconds: u64,
    pub(crate) max_attempts: u32,
    pub(crate) backoff_rate: f64,
    pub(crate) max_delay_seconds: Option<u64>,
    pub(crate) full_jitter: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Catcher {
    pub(crate) errors: Vec<String>,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
    pub(crate) next: String,
}
