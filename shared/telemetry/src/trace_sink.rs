//! Who receives the traces? Lambda's own X-Ray daemon; or, where it was built in and is asked for, an OTLP collector.

use std::sync::OnceLock;

use crate::span::Span;
use crate::xray::Daemon;

#[cfg(feature = "otlp")]
use crate::otlp::Collector;

enum Sink {
    Daemon(Daemon),
    #[cfg(feature = "otlp")]
    Collector(Collector),
}

/// Decided with the first invocation and for good: the variables of a process do not change.
fn sink() -> Option<&'static Sink> {
    static SINK: OnceLock<Option<Sink>> = OnceLock::new();
    SINK.get_or_init(from_environment).as_ref()
}

fn from_environment() -> Option<Sink> {
    #[cfg(feature = "otlp")]
    if let Some(collector) = Collector::from_environment() {
        return Some(Sink::Collector(collector));
    }
    Daemon::from_environment().map(Sink::Daemon)
}

pub(crate) fn is_there() -> bool {
    sink().is_some()
}

/// Sends, and waits for no answer. A trace that is lost is not worth a word to a caller.
///
/// `function` is what Lambda itself tells its daemon.
#[cfg_attr(
    not(feature = "otlp"),
    expect(unused_variables, reason = "only a collector needs to be told of the function")
)]
pub(crate) fn send(spans: &[Span], function: impl FnOnce() -> Option<Span>) {
    let sent = match sink() {
        Some(Sink::Daemon(daemon)) => daemon.send(spans),
        #[cfg(feature = "otlp")]
        Some(Sink::Collector(collector)) => collector.send(spans, function().as_ref()),
        None => Ok(()),
    };
    if let Err(error) = sent {
        tracing::debug!(error = &error as &dyn std::error::Error, "trace was not sent");
    }
}
