//! Writes the log: one JSON line per event, with the ids of its invocation.
//!
//! No e-mail address, token, body or whole event belongs in a log line: wrap secret values in a
//! [`Secret`](crate::secret::Secret), and log ids. Addresses in error messages of services are removed. An event looks
//! like this, but on one line:
//!
//! ```json
//! {"timestamp":"2026-11-01T10:00:00.123Z","level":"INFO","target":"entry::http","message":"invocation ended",
//! "outcome":"ok","status":202,"route":"POST /orders","duration_ms":12,"function":"orders-place",
//! "request_id":"8476a536","trace_id":"1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e","cold_start":false,"correlation_id":"0192",
//! "order_id":"0192"}
//! ```

use std::error::Error;
use std::fmt;
use std::io::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::error_chain::error_chain;
use crate::metric;
use crate::redaction::without_addresses;

/// Characters of a field, at most; a longer text is cut. A log line must not contain a whole body.
pub const FIELD_CHARS_MAX: usize = 2_000;
/// The size of a usual line, reserved at once.
const LINE_BYTES_EXPECTED: usize = 512;
/// The fields of a usual line.
const FIELDS_EXPECTED: usize = 16;
/// Prefixes of the libraries that are logged from `warn` on only.
const FOREIGN: [&str; 9] = [
    "aws_",
    "axum",
    "h2",
    "hyper",
    "lambda_runtime",
    "reqwest",
    "rustls",
    "tokio",
    "tower",
];
/// The runtime logs a panic once more, without ids. Our own line has them.
const RUNTIME_PANICS: &str = "lambda_runtime::layers::panic";

/// Sets up logging for the process, to standard output, with the level from `LOG_LEVEL` (`error`, `warn`, `info`,
/// `debug`, `trace`, `off`).
pub fn init() {
    init_to(None, write_to_stdout);
}

/// Sets up logging for the process. `level` overrides `LOG_LEVEL`; `write` gets each line including its line feed. A
/// second call has no effect.
pub fn init_to(level: Option<LevelFilter>, write: impl Fn(&str) + Send + Sync + 'static) {
    let text = std::env::var("LOG_LEVEL").unwrap_or_default();
    let level = level.or_else(|| level_named(&text));
    let level_or_default = level.unwrap_or(LevelFilter::INFO);
    if tracing::subscriber::set_global_default(subscriber(level_or_default, write)).is_err() {
        tracing::debug!("logging was set up before");
    }
    if level.is_none() {
        tracing::warn!("LOG_LEVEL is not one of error, warn, info, debug, trace, off; using info");
    }
}

/// `tracing` would parse the empty string as `error`, and accept digits.
fn level_named(text: &str) -> Option<LevelFilter> {
    match text {
        "" => Some(LevelFilter::INFO),
        text if text.bytes().all(|byte| byte.is_ascii_alphabetic()) => text.parse().ok(),
        _ => None,
    }
}

/// The subscriber of [`init`] with another destination: `write` gets each line including its line feed.
pub fn subscriber(level: LevelFilter, write: impl Fn(&str) + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    let ours_or_a_warning = filter_fn(|line| {
        let is_loud = *line.level() <= Level::WARN && line.target() != RUNTIME_PANICS;
        is_loud || !is_foreign(line.target())
    });
    Registry::default()
        .with(level)
        .with(ours_or_a_warning)
        .with(JsonLines { write })
}

/// Whether a library writes the event. Libraries are logged from `warn` on at every level: at `debug`, HTTP clients and
/// the AWS SDK print whole requests, including secrets.
fn is_foreign(target: &str) -> bool {
    let library = target.split("::").next().unwrap_or(target);
    FOREIGN.iter().any(|prefix| library.starts_with(prefix))
}

/// Writes a line. An error is ignored: without standard output there is no place to report it.
pub fn write_to_stdout(line: &str) {
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap_or_default();
}

/// Writes events as lines. The JSON format of `tracing_subscriber` nests the fields of a span and shows only those of
/// the innermost span. Here the fields of all spans are members of the line, like those of the event.
struct JsonLines<W> {
    write: W,
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    W: Fn(&str) + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == metric::LINE_TARGET {
            event.record(&mut WholeLine(&self.write));
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = Line::begin(event.metadata());
        line.add(&fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.add(fields);
            }
        }
        line.end(&self.write);
    }
}

/// A line that is being built, from the innermost fields to the outermost.
struct Line {
    json: Vec<u8>,
    /// The names so far: of two fields with one name, the inner one is kept.
    names: Vec<&'static str>,
}

impl Line {
    fn begin(metadata: &Metadata<'_>) -> Self {
        let mut line = Self {
            json: Vec::with_capacity(LINE_BYTES_EXPECTED),
            names: Vec::with_capacity(FIELDS_EXPECTED),
        };
        line.write("timestamp", &format!("{:.3}", Timestamp::now()));
        line.write("level", metadata.level().as_str());
        line.write("target", metadata.target());
        line
    }

    fn add(&mut self, fields: &Fields) {
        for (name, value) in &fields.0 {
            if !self.names.contains(name) {
                self.names.push(name);
                self.write(name, value);
            }
        }
    }

    /// Cannot fail: strings, numbers and flags are valid JSON, and writing to a vector succeeds.
    fn write<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.json.push(if self.json.is_empty() { b'{' } else { b',' });
        serde_json::to_writer(&mut self.json, name).unwrap_or_default();
        self.json.push(b':');
        serde_json::to_writer(&mut self.json, value).unwrap_or_default();
    }

    fn end(mut self, write: impl Fn(&str)) {
        self.json.extend_from_slice(b"}\n");
        if let Ok(line) = str::from_utf8(&self.json) {
            write(line);
        }
    }
}

/// Writes the field `line` of an event that has only this field.
struct WholeLine<'a, W>(&'a W);

impl<W: Fn(&str)> Visit for WholeLine<'_, W> {
    fn record_str(&mut self, _field: &Field, line: &str) {
        (self.0)(&format!("{line}\n"));
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

/// The fields of a span or an event, in their order.
#[derive(Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = match field.name() {
            // Every line already has these.
            "timestamp" => "timestamp_",
            "level" => "level_",
            "target" => "target_",
            name => name,
        };
        let value = value.into();
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let value = &*without_addresses(value);
        // Most texts are short; their bytes are compared before their characters are counted.
        if value.len() <= FIELD_CHARS_MAX {
            return self.put(field, value);
        }
        let end = value.char_indices().nth(FIELD_CHARS_MAX).map(|(end, _)| end);
        self.put(field, end.map_or(value, |end| &value[..end]));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_str(field, &error_chain(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_info_unless_set_otherwise() {
        assert_eq!(level_named(""), Some(LevelFilter::INFO));
        assert_eq!(level_named("DEBUG"), Some(LevelFilter::DEBUG));
        assert_eq!(level_named("off"), Some(LevelFilter::OFF));
        assert_eq!(level_named("loud"), None);
        assert_eq!(level_named("3"), None);
    }
}
