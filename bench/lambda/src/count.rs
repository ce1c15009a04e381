//! Counts the instructions of a function until it asks for its first event, and per warm event, with valgrind.
//!
//! The count per event is the difference of two runs, so work that happens once cancels out. Calls use plain HTTP.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use bench_kit::process::Line;
use bench_kit::runtime_api::RuntimeApi;
use bench_kit::trouble::Trouble;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::measure::INVOCATION_TIMEOUT;
use crate::sink;
use crate::subjects;

/// The numbers of events of the shorter and the longer run.
const EVENTS: [u64; 2] = [20, 120];

/// Prints `{"init": …, "warm": …}`.
pub(crate) fn instructions(program: &Path, function: &str, work: &Path) -> Result<(), Trouble> {
    let event = subjects::event(function)?;
    let count = |events| counted(program, &event, events, work);
    let (init, few, many) = (count(0)?, count(EVENTS[0])?, count(EVENTS[1])?);
    println!(
        "{}",
        json!({"init": init, "warm": many.saturating_sub(few) / (EVENTS[1] - EVENTS[0])})
    );
    Ok(())
}

/// Instructions from the start of the process until it asks for the event after these.
fn counted(program: &Path, event: &[u8], events: u64, work: &Path) -> Result<u64, Trouble> {
    let (api, endpoint) = (RuntimeApi::start(INVOCATION_TIMEOUT)?, sink::start(None)?);
    let totals = work.join("callgrind.out");
    let line = Line::of("valgrind")
        .argument("--tool=callgrind")
        .argument(format!("--callgrind-out-file={}", totals.display()))
        .argument(program.to_string_lossy())
        .variable("AWS_LAMBDA_RUNTIME_API", &api.address)
        .variable("AWS_ENDPOINT_URL", &endpoint);
    let mut command = line.command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = Ended(start(&mut command)?);
    api.until_asked()?;
    for _ in 0..events {
        api.invoke(event)?;
        api.until_asked()?;
    }
    process.end()?;
    let text = std::fs::read_to_string(&totals).map_err(|reason| Trouble::new(totals.display(), reason))?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.ok_or_else(|| Trouble::new(totals.display(), "the line with the total is missing"))
}

fn start(command: &mut Command) -> Result<Child, Trouble> {
    command.spawn().map_err(|reason| Trouble::new("valgrind", reason))
}

/// A process that is asked to end. It is killed if an error came first.
struct Ended(Child);

impl Ended {
    /// Asks the process to end, so that valgrind writes its counts.
    fn end(&mut self) -> Result<(), Trouble> {
        let pid = i32::try_from(self.0.id()).map_err(|reason| Trouble::new("valgrind", reason))?;
        kill(Pid::from_raw(pid), Signal::SIGTERM).map_err(|reason| Trouble::new("valgrind", reason))?;
        self.0
            .wait()
            .map(drop)
            .map_err(|reason| Trouble::new("valgrind", reason))
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // It has already ended, unless an error came first.
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}
