//! Why a state machine file is refused.

/// A mistake in a file, or an unsupported part of it, with its place.
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
