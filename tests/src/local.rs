//! How is a local host started for a test? As the real process, on a free port, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;

use function_tests::privacy;

use crate::client::Client;
use crate::repository;

/// A running process. Dropping it kills it without a warning, as `kill -9` does, and fails the test if its log has told
/// what nobody may read there.
pub struct LocalHost {
    process: Child,
    pub client: Client,
    log: Arc<Mutex<Vec<String>>>,
    /// Ends with the process, when it has taken the last line.
    listening: Option<JoinHandle<()>>,
}

impl LocalHost {
    /// Starts in `data_dir`, or where an earlier one ended.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_with(&["--data-dir", data_dir.to_str().unwrap()])
    }

    /// With parameters of the template, each `NAME=VALUE`.
    pub fn start_with_parameters(data_dir: &Path, parameters: &[String]) -> Self {
        let mut arguments = vec!["--data-dir", data_dir.to_str().unwrap()];
        arguments.extend(parameters.iter().flat_map(|parameter| ["--parameter", parameter]));
        Self::start_with(&arguments)
    }

    pub fn start_in_memory() -> Self {
        Self::start_with(&["--memory"])
    }

    /// With every log line that there is.
    pub fn start_talkative() -> Self {
        Self::spawn(
            Command::new(binary())
                .args(["--port", "0", "--memory"])
                .env("LOG_LEVEL", "debug"),
        )
    }

    fn start_with(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(binary()).args(["--port", "0"]).args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let address = |line: &String| {
            line.split(&[' ', '='])
                .find(|word| word.starts_with("http://"))
                .map(str::to_owned)
        };
        let base_url = lines
            .find_map(|line| address(&line))
            .expect("the host says its address first");
        let log = Arc::new(Mutex::new(Vec::new()));
        // What it says later has to be taken, or the pipe fills up and the host stands still.
        let collected = Arc::clone(&log);
        let listening = std::thread::spawn(move || lines.for_each(|line| collected.lock().unwrap().push(line)));
        Self {
            process,
            client: Client::new(base_url.trim_end_matches('/')),
            log,
            listening: Some(listening),
        }
    }

    /// What it has logged so far, line by line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// `kill -9`: no goodbye, no flush.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Killing a process that has ended by itself is no fault of the test.
        self.process.kill().ok();
        self.process.wait().ok();
        if let Some(listening) = self.listening.take() {
            listening.join().ok();
        }
    }
}

impl Drop for LocalHost {
    fn drop(&mut self) {
        self.end();
        let log = self.log();
        // The greeting before the log is no log: it shows how to pay.
        let lines = log.iter().map(String::as_str).filter(|line| line.starts_with('{'));
        privacy::assert_no_private_data("the local host", lines);
    }
}

/// Builds the host once per test run, just as `cargo run` would, unless `LOCAL_HOST_BINARY` names one of another commit.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("LOCAL_HOST_BINARY") {
        Some(path) => path.into(),
        None => repository::built(&["local-host".to_owned()]),
    })
}
