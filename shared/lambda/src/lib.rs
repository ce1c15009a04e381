//! Everything that a function's binary needs on Lambda except its handler and its adapters.
//!
//! | module | provides |
//! |---|---|
//! | [`runtime`] | the `main` of a function: environment, warm-up, invocation loop |
//! | [`config`] | variables, with all faults reported at once |
//! | [`sdk`] | one configuration and one HTTP client for all clients of the AWS SDK |
//! | [`deadline`] | the time that is left for calls to AWS |
//! | [`warm_up`] | calls before the first event |
#![warn(missing_docs)]

mod aws_calls;
pub mod config;
pub mod deadline;
mod roots;
pub mod runtime;
pub mod sdk;
pub mod warm_up;
