//! An invocation, for tests.

use events::invocation::{Invocation, InvocationContext};
use serde_json::Value;

pub(crate) fn invocation(event: Value) -> Invocation {
    let context = InvocationContext {
        function_name: "orders-place".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 10_000,
        trace_id: None,
        cold_start: true,
    };
    let event = event.into();
    Invocation { event, context }
}
