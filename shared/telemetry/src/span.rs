//! One span of a trace: its times, its parent, its order or upload, and the call that it stands for.

use std::time::SystemTime;

use crate::subject::Subject;
use crate::trace_header::SpanId;

/// An attempt of a call to a service, about to leave.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The same for every attempt of the call.
    pub key: &'a str,
    /// From 1.
    pub number: u32,
}

/// What is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// As X-Ray spells it, like `DynamoDB`.
    pub service: String,
    pub operation: String,
    pub region: String,
    pub table: Option<String>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// `None` when no answer came.
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// The service's name for what is wrong.
    pub error: Option<String>,
    pub throttled: bool,
}

/// One piece of work with a beginning and an end, for whoever shows it.
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) id: SpanId,
    pub(crate) parent: SpanId,
    pub(crate) name: String,
    pub(crate) started: SystemTime,
    pub(crate) ended: SystemTime,
    pub(crate) failed: bool,
    pub(crate) call: Option<Call>,
    pub(crate) subject: Option<(Subject, String)>,
    /// A span of another trace that this one belongs with.
    pub(crate) link: Option<(String, SpanId)>,
}

/// A call, all its attempts together, with what came of the last.
pub(crate) struct Call {
    /// The same for every attempt.
    pub(crate) key: String,
    pub(crate) target: Target,
    pub(crate) retries: u32,
    pub(crate) outcome: Outcome,
}

/// How a request takes part in a trace.
#[derive(Debug, Default)]
pub(crate) struct BegunCall {
    pub(crate) header: Option<String>,
    /// `None` when the call leaves no span.
    pub(crate) span: Option<SpanId>,
}
