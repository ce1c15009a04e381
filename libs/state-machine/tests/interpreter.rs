//! Does the interpreter do what the language says, and the same again when it is replayed?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod interpreter {
    mod errors;
    mod history;
    mod redrive;
    mod refusals;
    mod replay;
    mod states;
    mod support;
    mod task_tokens;
}
