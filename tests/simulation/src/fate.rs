//! The ends of an invocation without an answer.

/// How an invocation ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    TimedOut,
    Vanished,
}
