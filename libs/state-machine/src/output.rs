//! Evaluates what a state outputs and assigns, and limits its size.

use serde_json::Value;

use crate::errors::{DATA_LIMIT_EXCEEDED, QUERY_EVALUATION_ERROR, StateError};
use crate::execution::{Step, Visit};
use crate::expression::{Template, Variables};

/// The largest input or output of a state, and the largest variable
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
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
