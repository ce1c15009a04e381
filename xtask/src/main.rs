//! The commands of the repository. `cargo xtask test` is what CI runs and what contributors run.
#![expect(clippy::print_stderr, reason = "a command line tool talks to the terminal")]

mod api;
mod arguments;
mod bench;
mod bench_csv;
mod bench_lambda;
mod budgets;
mod check;
mod cloud_tests;
mod command;
mod console;
mod durations;
mod faults;
mod functions;
mod libraries;
mod lint;
mod local_cloud;
mod network;
mod node;
mod package;
mod parked;
mod pictures;
mod prove;
mod python;
mod rust_tools;
mod scale;
mod selection;
mod simulate;
mod steps;
mod verify;

use std::process::ExitCode;

use arguments::{Bench, Command};
use command::Failed;
use network::Network;
use steps::AfterFailure;

fn main() -> ExitCode {
    // The exit code is 0 for help, and 2 for invalid arguments.
    let command = arguments::parse(std::env::args_os().skip(1)).unwrap_or_else(|fault| fault.exit());
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failed> {
    match command {
        Command::Test {
            offline,
            from,
            keep_going,
        } => {
            let network = if offline { Network::Offline } else { Network::Allowed };
            let after = if keep_going {
                AfterFailure::Continue
            } else {
                AfterFailure::Stop
            };
            check::everything(network, from, after)
        }
        Command::Prove { list: true, .. } => {
            prove::print_list();
            Ok(())
        }
        Command::Prove { what, .. } => prove::run(&what),
        Command::Build { arch, functions } => functions::build_release(arch, &functions),
        Command::Openapi { release: true } => api::release(),
        Command::Openapi { release: false } => {
            command::run("cargo", &["run", "--quiet", "--locked", "--package", "api-document"])
        }
        Command::LocalCloud { port, keep_running } => local_cloud::run(port, keep_running),
        Command::Faults { histories, seed } => {
            let size = faults::Size {
                histories,
                import_rows: None,
            };
            faults::run(size, u64::from(seed))
        }
        Command::Verify { stage, write } => verify::run(&stage.into(), write),
        Command::Parked { place, redrive } => parked::run(&place.into(), redrive.as_deref()),
        Command::Backfill { place } => parked::backfill(&place.into()),
        Command::Scale => scale::run(Network::Allowed),
        Command::Simulate(simulation) => simulate::run(Network::Allowed, &simulation.arguments()),
        Command::Bench { bench } => match bench {
            Bench::Images { rounds, photos } => bench::images(rounds, &photos),
            Bench::Lambda { rounds, functions } => bench_lambda::compare(rounds, &functions),
            Bench::Csv {
                rounds,
                with_large_file,
            } => bench_csv::compare(rounds, with_large_file),
        },
    }
}
