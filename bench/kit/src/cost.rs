//! What did a whole program cost? CPU time and peak memory, as the kernel has counted them.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde_json::{Value, json};

use crate::trouble::Trouble;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub cpu_ms: f64,
    pub peak_mb: f64,
}

/// Runs one program; the line to be printed says its cost. In a process of its own, because a process inherits the peak of
/// its parent and the count of children is a maximum: this one is small and has but one child.
pub fn child(line: &[OsString]) -> Result<String, Trouble> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| Trouble::new("measure", "nothing to run"))?;
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

/// Reads what a process said that ran `program` by [`child`]: its cost, and what it printed. `Err` when it did not succeed.
pub fn read(program: &str, said: &[u8]) -> Result<(Cost, String), Trouble> {
    let answer: Value = serde_json::from_slice(said).map_err(|reason| Trouble::new(program, reason))?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().trim().to_owned();
    if answer["code"] != 0 {
        let error = text("error");
        return Err(Trouble::new(
            program,
            error.lines().last().unwrap_or("ended without a word"),
        ));
    }
    let number = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
    let cost = Cost {
        cpu_ms: number("cpu_ms"),
        peak_mb: number("peak_kb") / 1024.0,
    };
    Ok((cost, text("output")))
}

/// Runs `own measure` with this line, which prints what [`child`] says. `Err` when the program of the line did not succeed.
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

pub fn usage(who: UsageWho) -> Result<Usage, Trouble> {
    getrusage(who).map_err(|reason| Trouble::new("getrusage", reason))
}

#[expect(clippy::cast_precision_loss, reason = "seconds and microseconds of a run of minutes")]
pub fn cpu_ms(usage: &Usage) -> f64 {
    let times = [usage.user_time(), usage.system_time()];
    times
        .iter()
        .map(|time| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0)
        .sum()
}
