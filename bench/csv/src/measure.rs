//! What did a program cost? CPU time and peak memory, as the kernel has counted them.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde_json::{Value, json};

use crate::trouble::Trouble;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub cpu_s: f64,
    pub peak_mb: f64,
    /// What it says that it did.
    pub rows: f64,
}

impl Cost {
    pub(crate) fn rows_per_cpu_second(&self) -> f64 {
        self.rows / self.cpu_s
    }
}

/// Runs one program and prints its cost. In a process of its own, because a process inherits the peak of its parent and
/// the count of children is a maximum: this one is small and has but one child.
pub(crate) fn child(line: &[OsString]) -> Result<(), Trouble> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| Trouble::new("measure", "nothing to run"))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|reason| Trouble::new(program.display(), reason))?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|reason| Trouble::new("getrusage", reason))?;
    println!(
        "{}",
        json!({
            "cpu_s": cpu_s(&usage),
            "peak_kb": usage.max_rss(),
            "code": output.status.code(),
            "rows": String::from_utf8_lossy(&output.stdout),
        })
    );
    Ok(())
}

/// Runs a program by way of [`child`], against the sink where there is one. `Err` when it did not succeed.
pub(crate) fn run(own: &Path, line: &[OsString], sink: Option<SocketAddr>) -> Result<Cost, Trouble> {
    let name = line
        .first()
        .map(|program| program.display().to_string())
        .unwrap_or_default();
    let mut command = Command::new(own);
    command.arg("measure").args(line);
    // One thread each, where somebody would take more.
    command.env("POLARS_MAX_THREADS", "1");
    if let Some(sink) = sink {
        command
            .env("AWS_ENDPOINT_URL", format!("http://{sink}"))
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test");
    }
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|reason| Trouble::new("measure", reason))?;
    let answer: Value = serde_json::from_slice(&output.stdout).map_err(|reason| Trouble::new(&name, reason))?;
    if answer["code"] != 0 {
        return Err(Trouble::new(name, "did not succeed"));
    }
    let number = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
    let rows = answer["rows"].as_str().and_then(|rows| rows.trim().parse().ok());
    Ok(Cost {
        cpu_s: number("cpu_s"),
        peak_mb: number("peak_kb") / 1024.0,
        rows: rows.unwrap_or(f64::NAN),
    })
}

fn cpu_s(usage: &Usage) -> f64 {
    let times = [usage.user_time(), usage.system_time()];
    times
        .iter()
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
        .sum()
}
