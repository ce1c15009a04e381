//! The kind of thing that an invocation or a record works on: logs and traces can be searched by its id.

/// An order or an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An order and its saga.
    Order,
    /// An uploaded photo or catalog.
    Upload,
}

impl Subject {
    /// The log field, and the annotation of the trace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order_id",
            Self::Upload => "upload_id",
        }
    }
}
