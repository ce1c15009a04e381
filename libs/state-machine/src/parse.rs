//! Parses a state machine file in full before anything runs, and refuses what is not supported by name and place.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check;
use crate::definition::{Kind, Machine, Map, Rule, State, StateMachine, Task, Until};
use crate::expression::{Expression, Template};
use crate::fault::DefinitionFault;
use crate::fields::Fields;
use crate::handlers::{catchers, retriers};
use crate::substitution::substituted;
use crate::times::SECONDS_MAX;

const LAMBDA_INVOKE: &str = "arn:aws:states:::lambda:invoke";
const LAMBDA_INVOKE_AND_WAIT: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";
const LAMBDA_ARN_PREFIX: &str = "arn:aws:lambda:";
/// As AWS has it.
const MAX_CONCURRENCY_MAX: usize = 99_999_999;

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
        let timeout_seconds = fields.whole_number("TimeoutSeconds", 1..=SECONDS_MAX)?;
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

fn branch(value: Value, path: &str) -> Result<Machine, DefinitionFault> {
    let mut fields = Fields::of(value, path)?;
    fields.text("Comment")?;
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
            error: fields.text_template("Error")?,
            cause: fields.text_template("Cause")?,
        },
        other => return Err(fields.fault("Type", format!("is {other}, which is not supported"))),
    };
    let (mut retry, mut catch) = (Vec::new(), Vec::new());
    if matches!(kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_)) {
        (retry, catch) = (retriers(&mut fields)?, catchers(&mut fields)?);
    }
    let (mut assign, mut output) = (Vec::new(), None);
    if !matches!(kind, Kind::Fail { .. }) {
        output = fields.template("Output")?;
    }
    if !matches!(kind, Kind::Fail { .. } | Kind::Succeed) {
        assign = fields.assign()?;
    }
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
    let timeout_seconds = fields.seconds("TimeoutSeconds", 1)?;
    if resource.starts_with(LAMBDA_ARN_PREFIX) {
        return Ok(Task {
            function: resource,
            payload: fields.template("Arguments")?,
            wraps_answer: false,
            waits_for_token: false,
            timeout_seconds,
        });
    }
    let waits_for_token = resource == LAMBDA_INVOKE_AND_WAIT;
    if resource != LAMBDA_INVOKE && !waits_for_token {
        return Err(fields.fault("Resource", format!("is {resource}, which is not supported")));
    }
    let path = format!("{}.Arguments", fields.path);
    let arguments = fields
        .take("Arguments")
        .ok_or_else(|| DefinitionFault::at(&path, "is missing"))?;
    let mut arguments = Fields::of(arguments, &path)?;
    let function = arguments.required_text("FunctionName")?;
    if Expression::is_marked(&function) {
        return Err(arguments.fault(
            "FunctionName",
            "is an expression, so that nobody could tell what is invoked",
        ));
    }
    let nothing = || Template::Literal(Value::Object(serde_json::Map::new()));
    let payload = arguments.template("Payload")?.unwrap_or_else(nothing);
    arguments.finish()?;
    Ok(Task {
        function,
        payload: Some(payload),
        wraps_answer: !waits_for_token,
        waits_for_token,
        timeout_seconds,
    })
}

fn parallel(fields: &mut Fields) -> Result<Kind, DefinitionFault> {
    let path = format!("{}.Branches", fields.path);
    let branches = fields.list("Branches")?.filter(|branches| !branches.is_empty());
    let branches = branches.ok_or_else(|| DefinitionFault::at(&path, "is missing or empty"))?;
    let read = |(index, value)| branch(value, &format!("{path}[{index}]"));
    Ok(Kind::Parallel {
        branches: branches.into_iter().enumerate().map(read).collect::<Result<_, _>>()?,
    })
}

fn map(fields: &mut Fields) -> Result<Map, DefinitionFault> {
    let path = format!("{}.ItemProcessor", fields.path);
    let processor = fields
        .take("ItemProcessor")
        .ok_or_else(|| DefinitionFault::at(&path, "is missing"))?;
    let mut processor = Fields::of(processor, &path)?;
    processor.text("Comment")?;
    if let Some(config) = processor.take("ProcessorConfig") {
        let mut config = Fields::of(config, &format!("{path}.ProcessorConfig"))?;
        if config.text("Mode")?.is_some_and(|mode| mode != "INLINE") {
            return Err(config.fault("Mode", "is not INLINE, the only one that is supported"));
        }
        config.finish()?;
    }
    let max_concurrency = fields.whole_number("MaxConcurrency", 0..=MAX_CONCURRENCY_MAX)?;
    let map = Map {
        items: fields.template("Items")?,
        item_selector: fields.template("ItemSelector")?,
        at_once: max_concurrency.filter(|most| *most > 0).unwrap_or(usize::MAX),
        processor: machine(&mut processor)?,
    };
    processor.finish()?;
    Ok(map)
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
    match (fields.seconds("Seconds", 0)?, fields.timestamp("Timestamp")?) {
        (Some(seconds), None) => Ok(Until::Seconds(seconds)),
        (None, Some(timestamp)) => Ok(Until::Timestamp(timestamp)),
        _ => Err(fields.fault("Seconds", "and Timestamp: exactly one of them is needed")),
    }
}
