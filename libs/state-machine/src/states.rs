//! What does each kind of state do? One attempt of one state, from its input to its output.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::definition::{Kind, Map, Rule, Until};
use crate::errors::{DATA_LIMIT_EXCEEDED, NO_CHOICE_MATCHED, QUERY_EVALUATION_ERROR, RUNTIME, StateError};
use crate::expression::{Template, Variables};
use crate::interpreter::{Interpreter, Interrupt, Running, Scope, VISITS_MAX, Visit};
use crate::join::join;

/// The largest input or output of a state, and the largest variable
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// The longest timeout or wait in seconds, as AWS has it.
pub(crate) const SECONDS_MAX: u64 = 99_999_999;

/// Where a state leads.
pub(crate) struct Step<'a> {
    pub(crate) output: Value,
    /// `None` ends the machine.
    pub(crate) next: Option<&'a str>,
}

impl<'a> Interpreter<'a> {
    pub(crate) async fn attempt(
        self,
        visit: &Visit<'a>,
        path: &str,
        attempt: u32,
        variables: &mut Variables,
    ) -> Result<Step<'a>, Interrupt> {
        let mut states = self.states(visit, attempt);
        let result = match &visit.state.kind {
            Kind::Choice { rules, default } => {
                return Ok(choose(visit, rules, default.as_deref(), &states, variables)?);
            }
            Kind::Fail { error, cause } => return Err(failure(error.as_ref(), cause.as_ref(), &states, variables)?),
            Kind::Pass | Kind::Succeed => visit.input.clone(),
            Kind::Wait(until) => {
                self.wait(path, until, &states, variables).await?;
                visit.input.clone()
            }
            Kind::Task(task) => {
                let result = self.task(visit, task, path, attempt, &states, variables).await?;
                states["result"] = result.clone();
                result
            }
            Kind::Parallel { branches } => {
                let branches = branches.iter().enumerate().map(|(index, branch)| {
                    let scope = Scope {
                        input: visit.input.clone(),
                        variables: variables.clone(),
                        prefix: format!("{path}/{index}/"),
                        item: visit.item.clone(),
                    };
                    self.branch(branch, scope)
                });
                let result = self.joined(path, branches.collect(), usize::MAX).await?;
                states["result"] = result.clone();
                result
            }
            Kind::Map(map) => {
                let iterations = self.iterations(visit, map, path, &states, variables)?;
                let result = self.joined(path, iterations, map.at_once).await?;
                states["result"] = result.clone();
                result
            }
        };
        let (assign, output) = (&visit.state.assign, visit.state.output.as_ref());
        let next = visit.state.next.as_deref();
        Ok(step(visit, &states, variables, assign, output, result, next)?)
    }

    /// Which error came first is written down: a replay must not start the other branches again, nor find another one.
    async fn joined(self, path: &str, branches: Vec<Running<'a>>, at_once: usize) -> Result<Value, Interrupt> {
        let key = format!("{path}/failed");
        if let Some(error) = self.recorded::<StateError>(&key).await? {
            return Err(error.into());
        }
        match join(branches, at_once).await {
            Ok(outputs) => Ok(Value::Array(outputs)),
            Err(Interrupt::State(error)) => {
                self.record(&key, &error).await?;
                Err(error.into())
            }
            Err(other) => Err(other),
        }
    }

    fn iterations(
        self,
        visit: &Visit<'a>,
        map: &'a Map,
        path: &str,
        states: &Value,
        variables: &Variables,
    ) -> Result<Vec<Running<'a>>, StateError> {
        let items = evaluated(map.items.as_ref(), states, variables)?.unwrap_or_else(|| visit.input.clone());
        let Value::Array(items) = items else {
            return Err(wrong_value(visit, "Items are not a list"));
        };
        if items.len() > VISITS_MAX as usize {
            let cause = format!("{} has {} items, more than {VISITS_MAX}", visit.name, items.len());
            return Err(StateError::new(RUNTIME, cause));
        }
        let maps = items.iter().enumerate();
        let maps: Vec<Value> = maps
            .map(|(index, value)| json!({ "Item": { "Index": index, "Value": value } }))
            .collect();
        let inputs = match &map.item_selector {
            Some(selector) => selector.evaluate_each(&maps, states, variables)?,
            None => items,
        };
        let iterations = inputs
            .into_iter()
            .zip(maps)
            .enumerate()
            .map(|(index, (input, mut map_context))| {
                let scope = Scope {
                    input,
                    variables: variables.clone(),
                    prefix: format!("{path}/{index}/"),
                    item: Some(map_context["Item"].take()),
                };
                self.branch(&map.processor, scope)
            });
        Ok(iterations.collect())
    }

    async fn wait(self, path: &str, until: &Until, states: &Value, variables: &Variables) -> Result<(), Interrupt> {
        let wrong = |what: &str| StateError::new(QUERY_EVALUATION_ERROR, what);
        let ends_at_ms = match until {
            Until::Seconds(template) => {
                let seconds = seconds(&template.evaluate(states, variables)?, 0);
                let seconds = seconds.ok_or_else(|| wrong("Seconds of a wait is not a whole number in range"))?;
                self.host.now_ms().saturating_add(milliseconds(seconds))
            }
            Until::Timestamp(template) => {
                let instant = timestamp(&template.evaluate(states, variables)?);
                let instant = instant.ok_or_else(|| wrong("Timestamp of a wait is not in RFC 3339"))?;
                instant.as_millisecond()
            }
        };
        let (ends_at_ms, _) = self.instant(&format!("{path}/until"), || ends_at_ms).await?;
        self.host.sleep_until(ends_at_ms).await;
        Ok(())
    }
}

fn choose<'a>(
    visit: &Visit<'a>,
    rules: &'a [Rule],
    default: Option<&'a str>,
    states: &Value,
    variables: &mut Variables,
) -> Result<Step<'a>, StateError> {
    let input = visit.input.clone();
    for rule in rules {
        let Value::Bool(applies) = rule.condition.evaluate(states, variables)? else {
            return Err(wrong_value(visit, "Condition is neither true nor false"));
        };
        if applies {
            let (assign, output) = (&rule.assign, rule.output.as_ref());
            return step(visit, states, variables, assign, output, input, Some(&rule.next));
        }
    }
    let Some(default) = default else {
        let cause = format!("no choice of {} applies, and there is no default", visit.name);
        return Err(StateError::new(NO_CHOICE_MATCHED, cause));
    };
    let (assign, output) = (&visit.state.assign, visit.state.output.as_ref());
    step(visit, states, variables, assign, output, input, Some(default))
}

/// What a Fail fails with.
fn failure(
    error: Option<&Template>,
    cause: Option<&Template>,
    states: &Value,
    variables: &Variables,
) -> Result<Interrupt, StateError> {
    let text = |template, name: &str| match evaluated(template, states, variables)? {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(StateError::new(
            QUERY_EVALUATION_ERROR,
            format!("{name} is not a string"),
        )),
    };
    Ok(StateError::new(text(error, "Error")?, text(cause, "Cause")?).into())
}

/// `Output` and `Assign` see the same variables, those before the state; an attempt that fails assigns nothing.
pub(crate) fn step<'a>(
    visit: &Visit<'a>,
    states: &Value,
    variables: &mut Variables,
    assign: &[(String, Template)],
    output: Option<&Template>,
    default_output: Value,
    next: Option<&'a str>,
) -> Result<Step<'a>, StateError> {
    let output = evaluated(output, states, variables)?.unwrap_or(default_output);
    within_limit(visit, "output", &output)?;
    let mut assigned = Vec::with_capacity(assign.len());
    for (name, template) in assign {
        let value = template.evaluate(states, variables)?;
        within_limit(visit, name, &value)?;
        assigned.push((name.clone(), value));
    }
    variables.extend(assigned);
    Ok(Step { output, next })
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

pub(crate) fn within_limit(visit: &Visit<'_>, what: &str, value: &Value) -> Result<(), StateError> {
    let size_bytes = value.to_string().len();
    if size_bytes <= PAYLOAD_BYTES_MAX {
        return Ok(());
    }
    let cause = format!(
        "{what} of {} has {size_bytes} bytes, more than {PAYLOAD_BYTES_MAX}",
        visit.name
    );
    Err(StateError::new(DATA_LIMIT_EXCEEDED, cause))
}

pub(crate) fn wrong_value(visit: &Visit<'_>, what: &str) -> StateError {
    StateError::new(QUERY_EVALUATION_ERROR, format!("{}: {what}", visit.name))
}

pub(crate) fn seconds(value: &Value, at_least: u64) -> Option<u64> {
    value
        .as_u64()
        .filter(|seconds| (at_least..=SECONDS_MAX).contains(seconds))
}

pub(crate) fn timestamp(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

pub(crate) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}
