//! Parses `Retry` and `Catch`: which errors a state handles, and how.

use crate::definition::{Catcher, Retrier};
use crate::errors::{ALL, HANDLED, RESERVED_PREFIX};
use crate::fault::DefinitionFault;
use crate::fields::Fields;
use crate::retry::DELAY_SECONDS_MAX;
use crate::times::SECONDS_MAX;

const INTERVAL_SECONDS_DEFAULT: u64 = 1;
const MAX_ATTEMPTS_DEFAULT: u32 = 3;
const MAX_ATTEMPTS_MAX: u32 = 99_999_999;
const BACKOFF_RATE_DEFAULT: f64 = 2.0;

pub(crate) fn retriers(fields: &mut Fields) -> Result<Vec<Retrier>, DefinitionFault> {
    handlers(fields, "Retry", retrier, |retrier| &retrier.errors)
}

pub(crate) fn catchers(fields: &mut Fields) -> Result<Vec<Catcher>, DefinitionFault> {
    handlers(fields, "Catch", catcher, |catcher| &catcher.errors)
}

fn handlers<T>(
    fields: &mut Fields,
    name: &str,
    read: fn(Fields) -> Result<T, DefinitionFault>,
    errors_of: fn(&T) -> &Vec<String>,
) -> Result<Vec<T>, DefinitionFault> {
    let path = format!("{}.{name}", fields.path);
    let values = fields.list(name)?.unwrap_or_default();
    let last = values.len().saturating_sub(1);
    let mut handlers = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let handler = read(Fields::of(value, &path)?)?;
        let errors = errors_of(&handler);
        // Behind it nothing could match.
        if errors.iter().any(|name| name == ALL) && (errors.len() > 1 || index != last) {
            return Err(DefinitionFault::at(&path, "has States.ALL neither alone nor last"));
        }
        handlers.push(handler);
    }
    Ok(handlers)
}

fn error_names(fields: &mut Fields) -> Result<Vec<String>, DefinitionFault> {
    let names = fields.list("ErrorEquals")?.unwrap_or_default();
    let names: Option<Vec<String>> = names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Err(fields.fault("ErrorEquals", "is missing, empty or not a list of names"));
    };
    let unknown = |name: &&String| name.starts_with(RESERVED_PREFIX) && !HANDLED.contains(&name.as_str());
    match names.iter().find(unknown) {
        None => Ok(names),
        Some(name) => Err(fields.fault("ErrorEquals", format!("has {name}, which cannot be handled here"))),
    }
}

fn retrier(mut fields: Fields) -> Result<Retrier, DefinitionFault> {
    fields.text("Comment")?;
    let errors = error_names(&mut fields)?;
    let interval_seconds = fields.whole_number("IntervalSeconds", 1..=SECONDS_MAX)?;
    let interval_seconds = interval_seconds.unwrap_or(INTERVAL_SECONDS_DEFAULT);
    let max_attempts = fields.whole_number("MaxAttempts", 0..=MAX_ATTEMPTS_MAX)?;
    let backoff_rate = match fields.take("BackoffRate") {
        None => Some(BACKOFF_RATE_DEFAULT),
        Some(rate) => rate.as_f64().filter(|rate| *rate >= 1.0),
    };
    let backoff_rate = backoff_rate.ok_or_else(|| fields.fault("BackoffRate", "is not a number of at least 1"))?;
    let max_delay_seconds = fields.whole_number("MaxDelaySeconds", 1..=DELAY_SECONDS_MAX)?;
    if max_delay_seconds.is_some_and(|max_delay_seconds| max_delay_seconds <= interval_seconds) {
        return Err(fields.fault("MaxDelaySeconds", "is not more than IntervalSeconds"));
    }
    let full_jitter = match fields.text("JitterStrategy")?.as_deref() {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(_) => return Err(fields.fault("JitterStrategy", "is neither FULL nor NONE")),
    };
    fields.finish()?;
    Ok(Retrier {
        errors,
        interval_seconds,
        max_attempts: max_attempts.unwrap_or(MAX_ATTEMPTS_DEFAULT),
        backoff_rate,
        max_delay_seconds,
        full_jitter,
    })
}

fn catcher(mut fields: Fields) -> Result<Catcher, DefinitionFault> {
    fields.text("Comment")?;
    let catcher = Catcher {
        errors: error_names(&mut fields)?,
        assign: fields.assign()?,
        output: fields.template("Output")?,
        next: fields.required_text("Next")?,
    };
    fields.finish()?;
    Ok(catcher)
}
