//! Does the repository keep its own rules? The layout, the crate arrows, roles that grant no more than they must,
//! and the agreement of template, functions, events, state machines and local host.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod agreement;
mod alarms;
mod arrows;
mod cost;
mod cycles;
mod documents;
mod indexes;
mod layout;
mod libraries;
mod modules;
mod roles;
mod step_names;
