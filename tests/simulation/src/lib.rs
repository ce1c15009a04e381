//! Do the sagas keep money and stock right under every fault? The real handlers, use cases and state machines, run in
//! simulated time from one seed, with a fault wherever one can be.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "everything here is test code: a panic is a failed test"
)]

pub mod call;
pub mod coverage;
pub mod customers;
pub mod design;
mod events;
mod executions;
pub mod exhaustive;

pub mod faults;
mod functions;
pub mod history;
pub mod invariants;
pub mod matrix;
pub mod ports;
pub mod random;
mod scheduler;
pub mod shrink;
mod stream;
pub mod variants;
mod workflows;
pub mod world;
