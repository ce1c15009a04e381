//! The load test as a program: measures one local host, prints the table, and fails where a promise is broken.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench_kit::trouble::{self, Trouble};
use bench_overload::measure::{Plan, measure};
use bench_overload::{limits, report};
use clap::Parser;
use tokio::runtime::Builder;

/// Sends a local host more orders than it can fulfil
#[derive(Debug, Parser)]
struct CommandLine {
    /// The local host's program
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// Seconds of each overload
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// Seconds of the closed loop that finds the best rate
    #[arg(long, value_name = "N", default_value_t = 30)]
    best_seconds: u64,
    /// Callers of the closed loop
    #[arg(long, value_name = "N", default_value_t = 32)]
    callers: usize,
    /// Offer this multiple of the best rate; may be repeated
    #[arg(long = "factor", value_name = "X", default_values_t = [1.5, 3.0])]
    factors: Vec<f64>,
}

fn main() -> ExitCode {
    trouble::exit("bench-overload", run(CommandLine::parse()))
}

#[expect(clippy::print_stdout, reason = "the table is the answer of the command")]
fn run(line: CommandLine) -> Result<(), Trouble> {
    let plan = Plan {
        callers: line.callers,
        closed_length: Duration::from_secs(line.best_seconds),
        open_length: Duration::from_secs(line.seconds),
        factors: line.factors,
    };
    let folder = tempfile::tempdir().map_err(|error| Trouble::new("create a data folder", error))?;
    // One thread: the load test shares the machine with the host that it measures.
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Trouble::new("start a runtime", error))?;
    let measurement = runtime.block_on(measure(&line.program, &folder.path().join("data"), &plan))?;
    print!("{}", report::table(&measurement));
    let broken = limits::broken(&measurement);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Trouble::new("limits", broken.join("; ")))
}
