//! Simulates the sagas with injected faults, to check that money and stock stay correct.
//!
//! It runs the real handlers, use cases and state machines in simulated time. A history depends only on its seed, and a
//! fault can happen wherever a real one can.
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
mod exported;
mod fate;
pub mod faults;
mod functions;
pub mod history;
pub mod invariants;
pub mod matrix;
mod order_history;
pub mod ports;
mod provider;
pub mod random;
mod scheduler;
pub mod shrink;
mod stream;
pub mod variants;
mod workflows;
pub mod world;
