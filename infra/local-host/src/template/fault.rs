//! Why a template cannot be run here, and at which place of it.

/// Why the template cannot be run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {what}")]
pub struct TemplateFault {
    /// Like `Resources.Thumbnailer.Properties.Events.Photos`.
    pub place: String,
    pub what: String,
}

impl TemplateFault {
    pub(crate) fn at(place: &str, what: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            what: what.into(),
        }
    }
}
