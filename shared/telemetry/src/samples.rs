//! The context of an invocation, for tests.

use events::invocation::InvocationContext;

pub(crate) fn context() -> InvocationContext {
    InvocationContext {
        function_name: "orders-place".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 10_000,
        trace_id: None,
        cold_start: true,
    }
}
