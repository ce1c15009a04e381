//! The events that AWS hands to a function, as far as the shop reads them, and the answer that Lambda expects.
//!
//! | module | event |
//! |---|---|
//! | [`invocation`] | any event with its delivery context; the answer or the error of a function |
//! | [`api_event`] | a request of an API Gateway HTTP API, payload format 2.0 |
//! | [`sqs`], [`stream`] | a [`batch`] of SQS messages, or of changes from a DynamoDB stream |
//! | [`s3`] | an object event, in a notification or through EventBridge |
//!
//! The `aws_lambda_events` crate describes all members of all events. These types hold only what the shop reads,
//! because building the rest costs time in every invocation.
#![warn(missing_docs)]

pub mod api_event;
pub mod batch;
pub mod invocation;
pub mod json_fault;
pub mod s3;
pub mod sqs;
pub mod stream;
