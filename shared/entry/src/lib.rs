//! The entrances of a function: each takes an event, runs the handler, and always returns an answer.
//!
//! A function picks one of three and gives it a closure:
//!
//! | entrance | for | a failure becomes |
//! |---|---|---|
//! | [`http::http`] | an API Gateway HTTP API, payload format 2.0 | an RFC 9457 problem |
//! | [`records::records`] | a batch from SQS or a DynamoDB stream | an item of the partial batch response |
//! | [`step::step`] | a Step Functions task, or one event from EventBridge | an error with a name, for `Catch` |
//!
//! All three catch panics, put the invocation's ids on every log line, write one line when it ends, and report its
//! metrics and its trace before they answer.
#![warn(missing_docs)]

pub mod caller;
pub mod cursor;
mod elapsed;
pub mod http;
pub mod legacy_payload_hash;
mod panics;
pub mod payload_hash;
pub mod problem;
pub mod records;
pub mod request;
pub mod response;
#[cfg(test)]
mod samples;
pub mod step;
pub mod unique_members;
pub mod webhook;
