//! The order or upload that an invocation or a record works on: the id by which logs and traces are searched.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Order,
    Upload,
}

impl Subject {
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order_id",
            Self::Upload => "upload_id",
        }
    }
}
