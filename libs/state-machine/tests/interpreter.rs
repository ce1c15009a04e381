//! Tests that the interpreter follows the language, and does the same when it is replayed.
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
