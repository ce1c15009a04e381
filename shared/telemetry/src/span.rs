//! One span of a trace: its times, its parent, its order or upload, and its call to a service.

use std::time::SystemTime;

use crate::subject::Subject;
use crate::trace_header::SpanId;

/// An attempt of a call to a service that is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The same for every attempt of the call.
    pub key: &'a str,
    /// The first attempt is 1.
    pub number: u32,
}

/// The called service and operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The service's name in X-Ray, like `DynamoDB`.
    pub service: String,
    /// The operation, like `GetItem`.
    pub operation: String,
    /// The region, like `eu-central-1`.
    pub region: String,
    /// The table, for DynamoDB.
    pub table: Option<String>,
}

/// The result of an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status. `None` if no answer came.
    pub status: Option<u16>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// The service's error code.
    pub error: Option<String>,
    /// Whether the service throttled the attempt.
    pub throttled: bool,
}

/// One piece of work with a beginning and an end.
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
    /// A related span of another trace.
    pub(crate) link: Option<(String, SpanId)>,
}

/// A call with all its attempts, and the result of the last one.
pub(crate) struct Call {
    /// The same for every attempt.
    pub(crate) key: String,
    pub(crate) target: Target,
    pub(crate) retries: u32,
    pub(crate) outcome: Outcome,
}

/// The part of a request in a trace.
#[derive(Debug, Default)]
pub(crate) struct BegunCall {
    pub(crate) header: Option<String>,
    /// `None` if the call has no span.
    pub(crate) span: Option<SpanId>,
}
