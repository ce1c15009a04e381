//! Runs one attempt of one state, from its input to its output, for each kind of state.

use serde_json::{Value, json};

use crate::definition::{Kind, Map, Rule, Until};
use crate::errors::{NO_CHOICE_MATCHED, QUERY_EVALUATION_ERROR, RUNTIME, StateError};
use crate::execution::{Interpreter, Interrupt, Running, Scope, Step, VISITS_MAX, Visit};
use crate::expression::{Template, Variables};
use crate::join::join;
use crate::output::{evaluated, step, wrong_value};
use crate::times::{milliseconds, seconds, timestamp};

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

    /// The first error is recorded: a replay must neither start the other branches again nor find another error.
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

/// The error of a Fail state.
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
