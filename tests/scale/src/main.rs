//! `cargo xtask scale`: writes docs/scale.md from what the operations take of DynamoDB.
#![expect(clippy::print_stdout, reason = "a command line tool talks to the terminal")]

use std::process::ExitCode;

use scale::operations;
use scale::page::{PAGE, render};
use tests::repository;

fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
    else {
        println!("scale: the runtime does not start");
        return ExitCode::FAILURE;
    };
    let page = runtime.block_on(async { render(&operations::all("only").await, &operations::all("added").await) });
    match std::fs::write(repository::root().join(PAGE), page) {
        Ok(()) => {
            println!("{PAGE} is written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("scale: {PAGE}: {error}");
            ExitCode::FAILURE
        }
    }
}
