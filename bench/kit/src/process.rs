//! Starts a measured process on its own processor, with a clean environment, and reads its CPU time and peak memory.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::time::ClockId;
use nix::unistd::Pid;

use crate::trouble::Trouble;

/// The interval between two readings of a process clock that should have stopped.
const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// If a process still uses CPU after this, it has background threads that never stop.
const RESTLESS_AFTER: Duration = Duration::from_millis(200);
const OWN_THREAD: Pid = Pid::from_raw(0);

/// A program with its arguments and environment.
#[derive(Debug, Clone)]
pub struct Line {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub variables: Vec<(String, String)>,
}

/// The variables that Lambda sets, and those of all functions in the template. A process ignores those it does not
/// need.
const VARIABLES: [(&str, &str); 29] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    (
        "AWS_SESSION_TOKEN",
        "a-session-token-that-is-as-long-as-they-seldom-are",
    ),
    ("LOG_LEVEL", "info"),
    ("STAGE", "bench"),
    ("ORDERS_TABLE", "orders-table"),
    ("PRODUCTS_TABLE", "products-table"),
    ("PAYMENTS_TABLE", "payments-table"),
    ("IMPORTS_TABLE", "imports-table"),
    ("SANDBOX_GATEWAY_TABLE", "sandbox-gateway-table"),
    ("UPLOADS_BUCKET", "popshop-dev-uploads-123456789012"),
    ("THUMBNAILS_BUCKET", "thumbnails-bucket"),
    (
        "PAGE_TOKEN_KEY",
        "a-key-of-the-bench-that-is-long-enough-to-be-taken-for-one-of-them",
    ),
    ("SENDER_ADDRESS", "shop@example.test"),
    ("USER_POOL_ID", "eu-central-1_AbCdEfGhI"),
    (
        "ORDER_SAGA_ARN",
        "arn:aws:states:eu-central-1:123456789012:stateMachine:order-saga",
    ),
    (
        "ORDER_CANCEL_SAGA_ARN",
        "arn:aws:states:eu-central-1:123456789012:stateMachine:order-cancel",
    ),
    (
        "CATALOG_IMPORT_ARN",
        "arn:aws:states:eu-central-1:123456789012:stateMachine:catalog-import",
    ),
    ("DIVIDE_ABOVE_BYTES", "67108864"),
    ("RANGE_BYTES", "33554432"),
    ("PATH", "/usr/bin:/bin"),
];

impl Line {
    pub fn of(program: impl Into<PathBuf>) -> Self {
        let variables = VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            program: program.into(),
            arguments: Vec::new(),
            variables: variables.to_vec(),
        }
    }

    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable. It replaces an earlier one of the same name.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }
}

/// A running process. Dropping it kills the process.
pub struct Process {
    child: Child,
    clock: ClockId,
    pid: Pid,
    stderr_text: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    pub fn start(line: &Line, processors: &Processors, place: Place) -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new(line.program.display(), reason);
        let mut command = line.command();
        // Read and discard the output, as Lambda reads the output of a function.
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = processors.start(place, || command.spawn())?.map_err(trouble)?;
        let pid = Pid::from_raw(i32::try_from(child.id()).map_err(|reason| Trouble::new("process", reason))?);
        let clock = ClockId::pid_cpu_clock_id(pid).map_err(|reason| Trouble::new("processor clock", reason))?;
        let stderr_text = Arc::new(Mutex::new(Vec::new()));
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || drain(output, |_| {}));
        }
        if let Some(output) = child.stderr.take() {
            let stderr_text = Arc::clone(&stderr_text);
            thread::spawn(move || {
                drain(output, |bytes| {
                    if let Ok(mut stderr_text) = stderr_text.lock() {
                        stderr_text.extend_from_slice(bytes);
                    }
                });
            });
        }
        Ok(Self {
            child,
            clock,
            pid,
            stderr_text,
        })
    }

    /// Its standard error so far, to explain why it does not answer.
    pub fn stderr_text(&self) -> String {
        let stderr_text = self
            .stderr_text
            .lock()
            .map(|stderr_text| stderr_text.clone())
            .unwrap_or_default();
        String::from_utf8_lossy(&stderr_text).trim().to_owned()
    }

    /// CPU time of all threads so far in milliseconds, read when it has stopped growing.
    pub fn cpu_ms_at_rest(&self) -> Result<f64, Trouble> {
        let started = Instant::now();
        let mut before = self.cpu()?;
        loop {
            thread::sleep(POLL_INTERVAL);
            let now = self.cpu()?;
            if now == before || started.elapsed() > RESTLESS_AFTER {
                return Ok(now.as_secs_f64() * 1000.0);
            }
            before = now;
        }
    }

    fn cpu(&self) -> Result<Duration, Trouble> {
        let now = self
            .clock
            .now()
            .map_err(|reason| Trouble::new("processor clock", reason))?;
        Ok(now.into())
    }

    /// Peak resident memory in MB: Lambda's "Max Memory Used".
    pub fn peak_mb(&self) -> Result<f64, Trouble> {
        let path = format!("/proc/{}/status", self.pid);
        let status = fs::read_to_string(&path).map_err(|reason| Trouble::new(&path, reason))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        kb.map(|kb| kb / 1024.0)
            .ok_or_else(|| Trouble::new(path, "the line VmHWM is missing"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killing a process that has already ended has no effect.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// Reads to the end. A read error ends it too: then the process is gone.
fn drain(mut output: impl Read, mut take: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        take(&buffer[..length]);
    }
}

/// Where a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the reserved processor.
    Measured,
    /// On any processor, to run several processes at once.
    Anywhere,
}

/// The processor for measured processes, and the processors for everything else.
#[derive(Debug, Clone, Copy)]
pub struct Processors {
    all: CpuSet,
    measured: CpuSet,
    others: CpuSet,
}

impl Processors {
    /// Reserves the first processor for measured processes. From now on this thread, and threads that it starts, use
    /// the others, if there are any.
    pub fn divide() -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new("processors", reason);
        let allowed = sched_getaffinity(OWN_THREAD).map_err(trouble)?;
        let mut each = (0..CpuSet::count()).filter(|processor| allowed.is_set(*processor).unwrap_or(false));
        let (mut measured, mut others) = (CpuSet::new(), CpuSet::new());
        for processor in each.by_ref().take(1) {
            measured.set(processor).map_err(trouble)?;
        }
        let mut is_alone = true;
        for processor in each {
            others.set(processor).map_err(trouble)?;
            is_alone = false;
        }
        let others = if is_alone { measured } else { others };
        sched_setaffinity(OWN_THREAD, &others).map_err(trouble)?;
        Ok(Self {
            all: allowed,
            measured,
            others,
        })
    }

    /// Starts a child process at this place. A child inherits the processors of the thread that starts it.
    pub fn start<T>(&self, place: Place, start: impl FnOnce() -> T) -> Result<T, Trouble> {
        let trouble = |reason| Trouble::new("processors", reason);
        let processors = match place {
            Place::Measured => &self.measured,
            Place::Anywhere => &self.all,
        };
        sched_setaffinity(OWN_THREAD, processors).map_err(trouble)?;
        let started = start();
        sched_setaffinity(OWN_THREAD, &self.others).map_err(trouble)?;
        Ok(started)
    }
}
