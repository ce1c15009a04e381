//! The entrances of a function: an event comes in, an answer goes out, whatever happens in between.
//!
//! A function picks one of three and gives it a closure:
//!
//! | entrance | for | a failure becomes |
//! |---|---|---|
//! | [`http::http`] | an API Gateway HTTP API, payload format 2.0 | an RFC 9457 problem |
//! | [`records::records`] | a batch from SQS or a DynamoDB stream | an item of the partial batch response |
//! | [`step::step`] | a Step Functions task or a single event from EventBridge | an error with a name that a state machine can catch |
//!
//! All three catch panics, write one log line when the invocation ends, and put its ids on every line in between. They
//! report its metrics and its trace before they answer.

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
