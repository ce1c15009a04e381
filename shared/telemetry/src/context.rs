//! Puts the ids of an invocation, of a record and of the order or upload in hand on log lines and traces.

use std::sync::OnceLock;

use events::invocation::InvocationContext;
use tracing::Span;
use tracing::field::Empty;

use crate::subject::Subject;
use crate::{observation, trace_header};

pub const CORRELATION_ID_CHARS_MAX: usize = 64;

/// The span around one invocation. At level `error`, so that its fields stay on the lines when `LOG_LEVEL` is high.
pub fn invocation_span(context: &InvocationContext, correlation_id: Option<&str>) -> Span {
    tracing::error_span!(
        "invocation",
        function = context.function_name,
        request_id = context.request_id,
        trace_id = context.trace_id.as_deref().and_then(trace_header::trace_id_of),
        cold_start = context.cold_start,
        correlation_id,
        order_id = Empty,
        upload_id = Empty,
    )
}

/// The span around one record of a batch.
pub fn record_span(item_id: &str) -> Span {
    tracing::error_span!(
        "record",
        item_id,
        trace_id = Empty,
        correlation_id = Empty,
        order_id = Empty,
        upload_id = Empty,
    )
}

type Listener = Box<dyn Fn(&str, &str) + Send + Sync>;

/// One for the process: the local host, which shows its invocations with their correlation ids.
static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Calls `listener` with the request id and the correlation id whenever an invocation learns its correlation id. Only the
/// first listener of a process is called.
pub fn on_correlation(listener: impl Fn(&str, &str) + Send + Sync + 'static) {
    // A second host in the same process, as in a test, shows no ids.
    LISTENER.set(Box::new(listener)).unwrap_or_default();
}

/// From here on the lines of this invocation (or of this record, in a batch) carry this correlation id.
///
/// Call it as soon as the id that a message or a saga carries is known. It is ignored when it is no correlation id.
pub fn correlate(correlation_id: &str) {
    if is_correlation_id(correlation_id) {
        Span::current().record("correlation_id", correlation_id);
        if let Some(listener) = LISTENER.get() {
            observation::with(|observation| listener(observation.request_id(), correlation_id));
        }
    }
}

/// From here on the lines, and the spans of the trace, tell which order or upload they are about. An import goes by the id
/// of its upload. It is ignored when it is no id.
pub fn about(subject: Subject, id: &str) {
    if is_correlation_id(id) {
        Span::current().record(subject.name(), id);
        observation::with(|observation| observation.trace.set_subject(subject, id));
    }
}

/// 1 to 64 of `[A-Za-z0-9._-]`: nothing that could forge a header or a log line.
pub fn is_correlation_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=CORRELATION_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}
