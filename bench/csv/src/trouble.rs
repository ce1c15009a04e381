//! What stops a bench? A text that says what was being done.

use std::fmt;

/// One line for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Trouble(String);

impl Trouble {
    pub(crate) fn new(doing: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self(format!("{doing}: {reason}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<lexopt::Error> for Trouble {
    fn from(fault: lexopt::Error) -> Self {
        Self::new("arguments", fault)
    }
}
