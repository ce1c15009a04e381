//! Is this file a state machine that can be run here? Read in full before anything starts, refused by name and place.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check;
use crate::definition::{Catcher, Kind, Machine, Map, Retrier, Rule, State, StateMachine, Task, Until};
use crate::expression::Expression;
use crate::fields::Fields;

const LAMBDA_INVOKE: &str = "arn:aws:states:::lambda:invoke";
const LAMBDA_ARN_PREFIX: &str = "arn:aws:lambda:";
const INTERVAL_SECONDS_DEFAULT: u64 = 1;
const MAX_ATTEMPTS_DEFAULT: u64 = 3;
const BACKOFF_RATE_DEFAULT: f64 = 2.0;

/// Why a file cannot be run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {what}")]
pub struct DefinitionFault {
    /// Like `order-saga.States.Capture.Retry[0].MaxAttempts`.
    pub path: String,
    pub what: String,
}

impl DefinitionFault {
    pub(crate) fn at(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}

impl StateMachine {
    /// Reads a definition, with `${Name}` replaced as `DefinitionSubstitutions` of the SAM template say.
    pub fn parse(
        name: &str,
        definition: &str,
        substitutions: &BTreeMap<String, String>,
    ) -> Result<Self, DefinitionFault> {
        let value: Value =
            serde_json::from_str(definition).map_err(|fault| DefinitionFault::at(name, fault.to_string()))?;
        let value = substituted(value, substitutions, name)?;
        let mut fields = Fields::of(value, name)?;
        fields.text("Comment")?;
        if fields.text("QueryLanguage")?.as_deref() != Some("JSONata") {
            return Err(fields.fault("QueryLanguage", "is not JSONata, the only one that is supported"));
        }
        let timeout_seconds = fields.whole_number("TimeoutSeconds")?;
        let top = machine(&mut fields)?;
        fields.finish()?;
        check::graph(&top, name)?;
        let mut functions = Vec::new();
        collect_functions(&top, &mut functions);
        Ok(Self {
            name: name.to_owned(),
            timeout_seconds,
            top,
            functions,
        })
    }
}

fn collect_functions(machine: &Machine, functions: &mut Vec<String>) {
    for state in machine.states.values() {
        if let Kind::Task(task) = &state.kind
            && !functions.contains(&task.function)
        {
            functions.push(task.function.clone());
        }
        for inner in state.kind.machines() {
            collect_functions(inner, functions);
        }
    }
}

fn substituted(value: Value, substitutions: &BTreeMap<String, String>, path: &str) -> Result<Value, DefinitionFault> {
    Ok(match value {
        Value::String(text) => Value::String(substituted_text(&text, substitutions, path)?),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| substituted(item, substitutions, &format!("{path}[{index}]")))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| {
                    let member = substituted(member, substitutions, &format!("{path}.{name}"))?;
                    Ok((name, member))
                })
                .collect::<Result<_, _>>()?,
        ),
        other => other,
    })
}

fn substituted_text(
    text: &str,
    substitutions: &BTreeMap<String, String>,
    path: &str,
) -> Result<String, DefinitionFault> {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| DefinitionFault::at(path, "has a ${ without its }"))?;
        let value = substitutions
            .get(name)
            .ok_or_else(|| DefinitionFault::at(path, format!("has no substitution for {name}")))?;
        done.push_str(before);
        done.push_str(value);
        rest = behind;
    }
    done.push_str(rest);
    Ok(done)
}

fn machine(fields: &mut Fields) -> Result<Machine, DefinitionFault> {
    let start_at = fields.required_text("StartAt")?;
    let path = format!("{}.States", fields.path);
    let Some(Value::Object(members)) = fields.take("States") else {
        return Err(DefinitionFault::at(&path, "is missing or not an object"));
    };
    let mut states = BTreeMap::new();
    for (name, value) in members {
        let read = state(Fields::of(value, &format!("{path}.{name}"))?)?;
        states.insert(name, read);
    }
    Ok(Machine { start_at, states })
}

fn inner_machine(value: Value, path: &str) -> Result<Machine, DefinitionFault> {
    let mut fields = Fields::of(value, path)?;
    fields.text("Comment")?;
    if let Some(mut config) = fields
        .take("ProcessorConfig")
        .map(|config| Fields::of(config, path))
        .transpose()?
    {
        if config.text("Mode")?.is_some_and(|mode| mode != "INLINE") {
            return Err(config.fault("ProcessorConfig.Mode", "is not INLINE, the only one that is supported"));
        }
        config.finish()?;
    }
    let machine = machine(&mut fields)?;
    fields.finish()?;
    Ok(machine)
}

fn state(mut fields: Fields) -> Result<State, DefinitionFault> {
    fields.text("Comment")?;
    if fields
        .text("QueryLanguage")?
        .is_some_and(|language| language != "JSONata")
    {
        return Err(fields.fault("QueryLanguage", "is not JSONata, the only one that is supported"));
    }
    let state_type = fields.required_text("Type")?;
    let kind = match state_type.as_str() {
        "Task" => Kind::Task(task(&mut fields)?),
        "Parallel" => parallel(&mut fields)?,
        "Map" => Kind::Map(map(&mut fields)?),
        "Choice" => choice(&mut fields)?,
        "Pass" => Kind::Pass,
        "Wait" => Kind::Wait(until(&mut fields)?),
        "Succeed" => Kind::Succeed,
        "Fail" => Kind::Fail {
            error: fields.template("Error")?,
            cause: fields.template("Cause")?,
        },
        other => return Err(fields.fault("Type", format!("is {other}, which is not supported"))),
    };
    let can_fail = matches!(kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
    let has_output = !matches!(kind, Kind::Fail { .. });
    let (mut retry, mut catch) = (Vec::new(), Vec::new());
    if can_fail {
        retry = handlers(&mut fields, "Retry", retrier)?;
        catch = handlers(&mut fields, "Catch", catcher)?;
        check::errors_in_order(
            retry.iter().map(|retrier| &retrier.errors),
            &format!("{}.Retry", fields.path),
        )?;
        check::errors_in_order(
            catch.iter().map(|catcher| &catcher.errors),
            &format!("{}.Catch", fields.path),
        )?;
    }
    let output = if has_output { fields.template("Output")? } else { None };
    let assign = if has_output { fields.assign()? } else { Vec::new() };
    let next = successor(&mut fields, &kind)?;
    fields.finish()?;
    Ok(State {
        kind,
        assign,
        output,
        retry,
        catch,
        next,
    })
}

fn successor(fields: &mut Fields, kind: &Kind) -> Result<Option<String>, DefinitionFault> {
    if matches!(kind, Kind::Choice { .. } | Kind::Succeed | Kind::Fail { .. }) {
        return Ok(None);
    }
    let next = fields.text("Next")?;
    let end = fields.flag("End")?;
    match (next, end) {
        (Some(next), false) => Ok(Some(next)),
        (None, true) => Ok(None),
        _ => Err(fields.fault("Next", "and End: exactly one of them is needed")),
    }
}

fn task(fields: &mut Fields) -> Result<Task, DefinitionFault> {
    let resource = fields.required_text("Resource")?;
    let timeout_seconds = fields.template("TimeoutSeconds")?;
    if resource.starts_with(LAMBDA_ARN_PREFIX) {
        let payload = fields.template("Arguments")?;
        return Ok(Task {
            function: resource,
            payload,
            wraps_answer: false,
            timeout_seconds,
        });
    }
    if resource != LAMBDA_INVOKE {
        return Err(fields.fault("Resource", format!("is {resource}, which is not supported")));
    }
    let path = format!("{}.Arguments", fields.path);
    let arguments = fields
        .take("Arguments")
        .ok_or_else(|| DefinitionFault::at(&path, "is missing"))?;
    let mut arguments = Fields::of(arguments, &path)?;
    let function = arguments.required_text("FunctionName")?;
    let payload = arguments.template("Payload")?;
    arguments.finish()?;
    Ok(Task {
        function,
        payload,
        wraps_answer: true,
        timeout_seconds,
    })
}

fn parallel(fields: &mut Fields) -> Result<Kind, DefinitionFault> {
    let path = format!("{}.Branches", fields.path);
    let branches = fields.list("Branches")?.filter(|branches| !branches.is_empty());
    let branches = branches.ok_or_else(|| DefinitionFault::at(&path, "is missing or empty"))?;
    let read = |(index, branch)| inner_machine(branch, &format!("{path}[{index}]"));
    Ok(Kind::Parallel {
        branches: branches.into_iter().enumerate().map(read).collect::<Result<_, _>>()?,
    })
}

fn map(fields: &mut Fields) -> Result<Map, DefinitionFault> {
    let path = format!("{}.ItemProcessor", fields.path);
    let processor = fields
        .take("ItemProcessor")
        .ok_or_else(|| DefinitionFault::at(&path, "is missing"))?;
    let max_concurrency = fields.whole_number("MaxConcurrency")?.unwrap_or(0);
    Ok(Map {
        items: fields.template("Items")?,
        item_selector: fields.template("ItemSelector")?,
        max_concurrency: usize::try_from(max_concurrency).unwrap_or(usize::MAX),
        processor: inner_machine(processor, &path)?,
    })
}

fn choice(fields: &mut Fields) -> Result<Kind, DefinitionFault> {
    let path = format!("{}.Choices", fields.path);
    let choices = fields.list("Choices")?.filter(|choices| !choices.is_empty());
    let choices = choices.ok_or_else(|| DefinitionFault::at(&path, "is missing or empty"))?;
    let mut rules = Vec::with_capacity(choices.len());
    for (index, choice) in choices.into_iter().enumerate() {
        let mut rule = Fields::of(choice, &format!("{path}[{index}]"))?;
        rule.text("Comment")?;
        let condition = rule.required_text("Condition")?;
        let condition = match Expression::parse(&condition) {
            Some(parsed) => parsed.map_err(|fault| rule.fault("Condition", fault))?,
            None => return Err(rule.fault("Condition", "is no JSONata expression")),
        };
        let (assign, output, next) = (rule.assign()?, rule.template("Output")?, rule.required_text("Next")?);
        rule.finish()?;
        rules.push(Rule {
            condition,
            assign,
            output,
            next,
        });
    }
    Ok(Kind::Choice {
        rules,
        default: fields.text("Default")?,
    })
}

fn until(fields: &mut Fields) -> Result<Until, DefinitionFault> {
    match (fields.template("Seconds")?, fields.template("Timestamp")?) {
        (Some(seconds), None) => Ok(Until::Seconds(seconds)),
        (None, Some(timestamp)) => Ok(Until::Timestamp(timestamp)),
        _ => Err(fields.fault("Seconds", "and Timestamp: exactly one of them is needed")),
    }
}

fn handlers<T>(
    fields: &mut Fields,
    name: &str,
    read: fn(Fields) -> Result<T, DefinitionFault>,
) -> Result<Vec<T>, DefinitionFault> {
    let path = format!("{}.{name}", fields.path);
    let handlers = fields.list(name)?.unwrap_or_default();
    let read_one = |(index, handler)| read(Fields::of(handler, &format!("{path}[{index}]"))?);
    handlers.into_iter().enumerate().map(read_one).collect()
}

fn error_names(fields: &mut Fields) -> Result<Vec<String>, DefinitionFault> {
    let names = fields.list("ErrorEquals")?.unwrap_or_default();
    let names: Option<Vec<String>> = names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    match names {
        Some(names) if !names.is_empty() => Ok(names),
        _ => Err(fields.fault("ErrorEquals", "is missing, empty or not a list of names")),
    }
}

fn retrier(mut fields: Fields) -> Result<Retrier, DefinitionFault> {
    fields.text("Comment")?;
    let errors = error_names(&mut fields)?;
    let interval_seconds = fields
        .whole_number("IntervalSeconds")?
        .unwrap_or(INTERVAL_SECONDS_DEFAULT);
    let max_attempts = fields.whole_number("MaxAttempts")?.unwrap_or(MAX_ATTEMPTS_DEFAULT);
    let max_attempts = u32::try_from(max_attempts).map_err(|_| fields.fault("MaxAttempts", "is too large"))?;
    let backoff_rate = fields
        .take("BackoffRate")
        .map_or(Some(BACKOFF_RATE_DEFAULT), |rate| rate.as_f64());
    let backoff_rate = backoff_rate.filter(|rate| *rate >= 1.0);
    let backoff_rate = backoff_rate.ok_or_else(|| fields.fault("BackoffRate", "is not a number of at least 1"))?;
    let max_delay_seconds = fields.whole_number("MaxDelaySeconds")?;
    let full_jitter = match fields.text("JitterStrategy")?.as_deref() {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(_) => return Err(fields.fault("JitterStrategy", "is neither FULL nor NONE")),
    };
    fields.finish()?;
    Ok(Retrier {
        errors,
        interval_seconds,
        max_attempts,
        backoff_rate,
        max_delay_seconds,
        full_jitter,
    })
}

fn catcher(mut fields: Fields) -> Result<Catcher, DefinitionFault> {
    fields.text("Comment")?;
    let errors = error_names(&mut fields)?;
    let (assign, output, next) = (
        fields.assign()?,
        fields.template("Output")?,
        fields.required_text("Next")?,
    );
    fields.finish()?;
    Ok(Catcher {
        errors,
        assign,
        output,
        next,
    })
}
