//! Measures CPU time and peak memory of a whole program, as the kernel counts them.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde_json::{Value, json};

use crate::trouble::Trouble;

/// The cost of one run of a program.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// CPU time of all threads.
    pub cpu_ms: f64,
    /// Peak resident memory.
    pub peak_mb: f64,
}

/// Runs one program, and returns a line of JSON with its cost.
///
/// Call this in a small process that has no other child. A process inherits the peak of its parent, and the kernel
/// reports only the maximum over all children.
pub fn child(line: &[OsString]) -> Result<String, Trouble> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| Trouble::new("measure", "no program to run"))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|reason| Trouble::new(program.display(), reason))?;
    let usage = usage(UsageWho::RUSAGE_CHILDREN)?;
    let line = json!({
        "cpu_ms": cpu_ms(&usage),
        "peak_kb": usage.max_rss(),
        "code": output.status.code(),
        "output": String::from_utf8_lossy(&output.stdout),
        "error": String::from_utf8_lossy(&output.stderr),
    });
    Ok(line.to_string())
}

/// Reads the output of a process that called [`child`]: the cost of `program` and its output. `Err` if it failed.
pub fn read(program: &str, output: &[u8]) -> Result<(Cost, String), Trouble> {
    let answer: Value = serde_json::from_slice(output).map_err(|reason| Trouble::new(program, reason))?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().trim().to_owned();
    if answer["code"] != 0 {
        let error = text("error");
        return Err(Trouble::new(
            program,
            error.lines().last().unwrap_or("failed without an error message"),
        ));
    }
    let number = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
    let cost = Cost {
        cpu_ms: number("cpu_ms"),
        peak_mb: number("peak_kb") / 1024.0,
    };
    Ok((cost, text("output")))
}

/// Runs `own measure LINE`, which prints the result of [`child`]. `Err` if the program in the line failed.
pub fn run(mut own: Command, line: &[OsString]) -> Result<(Cost, String), Trouble> {
    let output = own
        .arg("measure")
        .args(line)
        .output()
        .map_err(|reason| Trouble::new("measure", reason))?;
    if output.stdout.is_empty() {
        return Err(Trouble::new("measure", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let program = line.first().map(|program| program.to_string_lossy().into_owned());
    read(&program.unwrap_or_default(), &output.stdout)
}

/// The resources that this process, or its children, used.
pub fn usage(who: UsageWho) -> Result<Usage, Trouble> {
    getrusage(who).map_err(|reason| Trouble::new("getrusage", reason))
}

/// User and system time in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "seconds and microseconds of a run of minutes")]
pub fn cpu_ms(usage: &Usage) -> f64 {
    let times = [usage.user_time(), usage.system_time()];
    times
        .iter()
        .map(|time| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0)
        .sum()
}
