//! What stands between Lambda and a use case? Events in, answers out, and everything that must never go wrong in between.
//!
//! A function crate picks one of three entrances and hands it a closure:
//!
//! | entrance | for | a failure becomes |
//! |---|---|---|
//! | [`http::http`] | an API Gateway HTTP API, payload format 2.0 | an RFC 9457 problem |
//! | [`records::records`] | a batch from SQS or a DynamoDB stream | an item of the partial batch response |
//! | [`step::step`] | a Step Functions task or a single event from EventBridge | an error with a name that a state machine can catch |
//!
//! All three catch panics, log one line when the invocation ends, and put its ids on every line in between. What the
//! invocation counted ([`metrics`]) and which calls it made ([`trace`]) is told before it answers.

mod api_event;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
mod aws_calls;
pub mod caller;
pub mod config;
pub mod cursor;
#[cfg(any(feature = "aws", feature = "lambda"))]
pub mod deadline;
pub mod http;
pub mod invocation;
pub mod json;
#[cfg(feature = "lambda")]
pub mod lambda;
pub mod metrics;
mod observation;
#[cfg(feature = "otlp")]
mod otlp;
mod panics;
pub mod problem;
pub mod records;
mod redaction;
pub mod request;
pub mod response;
#[cfg(feature = "aws")]
mod roots;
pub mod s3;
pub mod span;
pub mod sqs;
pub mod step;
pub mod stream;
pub mod telemetry;
pub mod trace;
pub mod trace_header;
mod trace_sink;
pub mod warm_up;
mod xray;
