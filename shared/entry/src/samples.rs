//! An invocation, for tests.

use events::invocation::Invocation;
use serde_json::Value;

pub(crate) fn invocation(event: Value) -> Invocation {
    Invocation::local("orders-place", "request-1", 10_000, event)
}
