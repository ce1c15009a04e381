//! Tests the repository's own rules: layout, crate arrows, least privilege, cost, and the agreement of template,
//! functions, events, state machines and local host.
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
mod idle;
mod indexes;
mod language;
mod layout;
mod libraries;
mod modules;
mod roles;
mod step_names;
mod walk;
