//! Log lines, metrics and traces of an invocation.
//!
//! [`log`] writes one JSON line per event. [`context`] adds the ids of the invocation, and of the current order or
//! upload, to those lines. [`metrics`] counts, and [`calls`] connects requests to the trace. [`observation::observed`]
//! runs the work of one invocation and reports its counts and spans at the end.
#![warn(missing_docs)]

pub mod calls;
pub mod context;
pub mod error_chain;
pub mod log;
pub mod metric;
pub mod metrics;
pub mod observation;
pub mod redaction;
#[cfg(test)]
mod samples;
pub mod secret;
pub mod span;
pub mod subject;
mod trace;
pub mod trace_header;
mod xray;
