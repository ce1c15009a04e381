//! Starts the measured local host as a process of its own, and reads its memory from the kernel.

use std::path::Path;
use std::process::Stdio;

use bench_kit::trouble::Trouble;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Far above what the machine can serve: the throttle of the template must not hide the overload.
const REQUESTS_PER_SECOND: &str = "RequestsPerSecond=100000";
const REQUEST_BURST: &str = "RequestBurst=100000";

/// A running local host; killed when it is dropped.
pub struct MeasuredHost {
    pub base_url: String,
    process: Child,
}

impl MeasuredHost {
    /// `data_dir` must be empty or absent.
    pub async fn start(program: &Path, data_dir: &Path) -> Result<Self, Trouble> {
        let doing = || format!("start {}", program.display());
        let mut process = Command::new(program)
            .args(["--port", "0", "--quiet", "--data-dir"])
            .arg(data_dir)
            .args(["--parameter", REQUESTS_PER_SECOND, "--parameter", REQUEST_BURST])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Trouble::new(doing(), error))?;
        let output = process
            .stdout
            .take()
            .ok_or_else(|| Trouble::new(doing(), "no standard output"))?;
        let mut lines = BufReader::new(output).lines();
        let first = lines.next_line().await.map_err(|error| Trouble::new(doing(), error))?;
        let base_url = first.ok_or_else(|| Trouble::new(doing(), "it ended before it printed its address"))?;
        // A full pipe would stop the host: its warnings are read and passed on.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                print_warning(&line);
            }
        });
        Ok(Self { base_url, process })
    }

    /// The most memory that the process has used so far, in kilobytes (`VmHWM`).
    pub fn peak_memory_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// CPU time of the process so far, in seconds, from `/proc/PID/stat`. The kernel counts in hundredths of a second.
    pub fn cpu_seconds(&self) -> Option<f64> {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()?)).ok()?;
        // The program's name may contain spaces; the fields behind it do not.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
        Some(f64::from(ticks) / TICKS_PER_SECOND)
    }

    pub async fn stop(mut self) {
        // A process that has already ended needs no signal.
        self.process.kill().await.unwrap_or_default();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the host's warnings belong on the terminal of the load test"
)]
fn print_warning(line: &str) {
    eprintln!("{line}");
}
