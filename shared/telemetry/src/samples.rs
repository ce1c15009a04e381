//! The context of an invocation, for tests.

use events::invocation::{Invocation, InvocationContext};
use serde_json::Value;

pub(crate) fn context() -> InvocationContext {
    Invocation::local("orders-place", "request-1", 10_000, Value::Null).context
}
