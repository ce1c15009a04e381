//! Reads a function's environment variables, and reports all missing and malformed ones at once.

use std::cell::RefCell;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

/// A call to make before the first event.
pub(crate) type WarmUp = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send>>;

/// All faults of the environment, with the names of the variables but not their values, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment: {}", .faults.join(", "))]
pub struct EnvironmentFaults {
    /// One text per fault, like `ORDERS_TABLE is missing`.
    pub faults: Vec<String>,
}

/// The environment variables, the faults found so far, and the calls to make before the first event.
pub struct Environment<L> {
    lookup: L,
    faults: RefCell<Vec<String>>,
    pub(crate) warm_ups: RefCell<Vec<WarmUp>>,
}

/// Reads settings from the process's environment. All faults are collected, so that one failed start lists all of them:
///
/// ```no_run
/// # struct Settings { table: String, page_limit: u32 }
/// let settings = lambda::config::from_process(|environment| Settings {
///     table: environment.required("ORDERS_TABLE"),
///     page_limit: environment.number_or("PAGE_LIMIT", 20),
/// })?;
/// # Ok::<(), lambda::config::EnvironmentFaults>(())
/// ```
pub fn from_process<T>(
    read: impl FnOnce(&Environment<fn(&str) -> Option<String>>) -> T,
) -> Result<T, EnvironmentFaults> {
    from_lookup(process_variable as fn(&str) -> Option<String>, read)
}

pub(crate) fn process_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Like [`from_process`], but with any source of variables, such as a map in a test.
pub fn from_lookup<L, T>(lookup: L, read: impl FnOnce(&Environment<L>) -> T) -> Result<T, EnvironmentFaults>
where
    L: Fn(&str) -> Option<String>,
{
    with_warm_ups(lookup, read).map(|(settings, _calls)| settings)
}

/// Like [`from_lookup`], but also returns the warm-up calls.
pub(crate) fn with_warm_ups<L, T>(
    lookup: L,
    read: impl FnOnce(&Environment<L>) -> T,
) -> Result<(T, Vec<WarmUp>), EnvironmentFaults>
where
    L: Fn(&str) -> Option<String>,
{
    let environment = Environment {
        lookup,
        faults: RefCell::default(),
        warm_ups: RefCell::default(),
    };
    let settings = read(&environment);
    let faults = environment.faults.into_inner();
    if faults.is_empty() {
        Ok((settings, environment.warm_ups.into_inner()))
    } else {
        Err(EnvironmentFaults { faults })
    }
}

impl<L: Fn(&str) -> Option<String>> Environment<L> {
    /// A variable that must be set. If it is missing, this records a fault and returns an empty string, which is never
    /// used.
    pub fn required(&self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.fault(format!("{name} is missing"));
            String::new()
        })
    }

    /// `None` if the variable is missing or empty: a template can easily set a variable to the empty string, but hardly
    /// omit it.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A number, or `default` if the variable is missing.
    pub fn number_or<T: FromStr>(&self, name: &str, default: T) -> T {
        let Some(text) = self.optional(name) else {
            return default;
        };
        text.trim().parse().unwrap_or_else(|_| {
            self.fault(format!("{name} is not a number in the accepted range"));
            default
        })
    }

    /// A number that must be set.
    pub fn required_number<T: FromStr + Default>(&self, name: &str) -> T {
        if self.optional(name).is_none() {
            self.fault(format!("{name} is missing"));
        }
        self.number_or(name, T::default())
    }

    /// A variable that must be set and valid. Otherwise this records a fault and returns `None`.
    pub fn parsed<T, E>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.required(name);
        if text.is_empty() {
            return None;
        }
        self.parse(name, &text, parse)
    }

    /// A variable that must be valid if it is set. Returns `default` if it is missing, or malformed, which is a fault.
    pub fn parsed_or<T, E>(&self, name: &str, default: T, parse: impl FnOnce(&str) -> Result<T, E>) -> T {
        let Some(text) = self.optional(name) else {
            return default;
        };
        self.parse(name, &text, parse).unwrap_or(default)
    }

    fn parse<T, E>(&self, name: &str, text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let parsed = parse(text).ok();
        if parsed.is_none() {
            self.fault(format!("{name} is malformed"));
        }
        parsed
    }

    fn fault(&self, fault: String) {
        self.faults.borrow_mut().push(fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<String> {
        let value = match name {
            "TABLE" => "orders",
            "LIMIT" => "50",
            "WORD" => "fifty",
            "EMPTY" => "",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn variables_that_are_set_are_read() {
        let read = from_lookup(variables, |environment| {
            (
                environment.required("TABLE"),
                environment.number_or("LIMIT", 20_u8),
                environment.number_or("OTHER", 20_u8),
                environment.required_number::<u16>("LIMIT"),
                environment.optional("OTHER"),
                environment.parsed("LIMIT", str::parse::<u8>),
            )
        });
        assert_eq!(read.unwrap(), ("orders".to_owned(), 50, 20, 50, None, Some(50)));
    }

    #[test]
    fn one_error_names_every_fault_but_no_value() {
        let faults = from_lookup(variables, |environment| {
            environment.required("BUCKET");
            environment.required("EMPTY");
            environment.number_or("WORD", 1_u8);
            environment.required_number::<u8>("COUNT");
            assert_eq!(environment.parsed("WORD", str::parse::<u8>), None);
            assert_eq!(environment.parsed("OTHER", str::parse::<u8>), None);
        })
        .unwrap_err();
        assert_eq!(
            faults.to_string(),
            "environment: BUCKET is missing, EMPTY is missing, WORD is not a number in the accepted range, COUNT is missing, \
             WORD is malformed, OTHER is missing"
        );
    }
}
