//! Checks the rules of the repository: layout, language, dependencies, least-privilege roles, and the agreement of
//! template, functions, events, state machines and local host.
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
mod language;
mod language_exceptions;
mod layout;
mod libraries;
mod modules;
mod roles;
mod step_names;
