//! The ends of an invocation without an answer.

/// How an invocation ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    TimedOut,
    Vanished,
}

impl Fate {
    /// The name and the message under which Lambda reports it.
    pub(crate) fn error(self) -> (&'static str, &'static str) {
        match self {
            Self::TimedOut => ("Sandbox.Timedout", "the function did not end in time"),
            Self::Vanished => ("Runtime.ExitError", "the runtime exited"),
        }
    }
}
