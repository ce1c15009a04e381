//! Which commands does the repository have? `cargo xtask test` is what CI runs and what contributors run.
#![expect(clippy::print_stderr, reason = "a command line tool talks to the terminal")]

mod arguments;
mod bench;
mod bench_csv;
mod bench_lambda;
mod budgets;
mod check;
mod command;
mod faults;
mod functions;
mod lint;
mod local_cloud;
mod node;
mod package;
mod parked;
mod python;
mod simulate;

use std::process::ExitCode;

use arguments::{USAGE, Wanted};

fn main() -> ExitCode {
    let outcome = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Wanted::Test(network)) => check::everything(network),
        Ok(Wanted::Build {
            architecture,
            functions,
        }) => functions::build_release(architecture, &functions),
        Ok(Wanted::LocalCloud { port, keep_running }) => local_cloud::run(port, keep_running),
        Ok(Wanted::Faults { histories, seed }) => faults::run(histories, seed),
        Ok(Wanted::Parked { place, redrive }) => parked::run(&place, redrive.as_deref()),
        Ok(Wanted::Simulate(arguments)) => simulate::run(check::Network::Allowed, &arguments),
        Ok(Wanted::BenchImages { rounds, photos }) => bench::images(rounds, &photos),
        Ok(Wanted::BenchLambda { rounds, functions }) => bench_lambda::compare(rounds, &functions),
        Ok(Wanted::BenchCsv {
            rounds,
            with_large_file,
        }) => bench_csv::compare(rounds, with_large_file),
        Ok(Wanted::Help) => {
            eprintln!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("xtask: {fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
