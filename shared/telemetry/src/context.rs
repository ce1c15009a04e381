//! Adds ids to log lines and traces: of the invocation, of the record, and of the current order or upload.

use std::sync::OnceLock;

use events::invocation::InvocationContext;
use tracing::Span;
use tracing::field::Empty;

use crate::subject::Subject;
use crate::{observation, trace_header};

/// Characters of a correlation id, at most.
pub const CORRELATION_ID_CHARS_MAX: usize = 64;

/// The span around one invocation. It has level `error`, so that lines have its fields at every `LOG_LEVEL`.
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

type Listener = Box<dyn Fn(&str) + Send + Sync>;

/// One for the process: the local host, which shows its invocations with their correlation ids.
static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Calls `listener` with the correlation id, in the task of the invocation, whenever an invocation learns it. Only the
/// first listener of a process is called.
pub fn on_correlation(listener: impl Fn(&str) + Send + Sync + 'static) {
    // Every host in the process sets the same one.
    LISTENER.set(Box::new(listener)).unwrap_or_default();
}

/// Adds this correlation id to all further log lines of this invocation, or of this record of a batch.
///
/// Call it as soon as the id has been read from a message or a saga's input. An invalid correlation id is ignored.
pub fn correlate(correlation_id: &str) {
    if is_correlation_id(correlation_id) {
        Span::current().record("correlation_id", correlation_id);
        if let Some(listener) = LISTENER.get() {
            listener(correlation_id);
        }
    }
}

/// Adds the id of the order or upload to all further log lines and spans of this invocation or record. An import has
/// the id of its upload. An invalid id is ignored.
pub fn about(subject: Subject, id: &str) {
    if is_correlation_id(id) {
        Span::current().record(subject.name(), id);
        observation::with(|observation| observation.trace.set_subject(subject, id));
    }
}

/// Whether the text has 1 to 64 characters of `[A-Za-z0-9._-]`, which cannot forge a header or a log line.
pub fn is_correlation_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=CORRELATION_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}
