//! Starts the local host for a test: the real process, on a free port, with its own data folder.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;

use function_tests::privacy;

use crate::client::Client;
use crate::repository;

/// A running local host. Dropping it kills the process like `kill -9`, and fails the test if its log contains private
/// data.
pub struct LocalHost {
    process: Child,
    pub client: Client,
    log: Arc<Mutex<Vec<String>>>,
    /// The thread that reads the log; it ends after the last line.
    listening: Option<JoinHandle<()>>,
}

impl LocalHost {
    /// Starts with this data folder, which may be that of an earlier process.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_with(&["--data-dir", data_dir.to_str().unwrap()])
    }

    /// Also sets parameters of the template, each as `NAME=VALUE`.
    pub fn start_with_parameters(data_dir: &Path, parameters: &[String]) -> Self {
        let mut arguments = vec!["--data-dir", data_dir.to_str().unwrap()];
        arguments.extend(parameters.iter().flat_map(|parameter| ["--parameter", parameter]));
        Self::start_with(&arguments)
    }

    pub fn start_in_memory() -> Self {
        Self::start_with(&["--memory"])
    }

    /// Starts with the lowest log level.
    pub fn start_with_all_log_lines() -> Self {
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
                .find(|part| part.starts_with("http://"))
                .map(str::to_owned)
        };
        let base_url = lines
            .find_map(|line| address(&line))
            .expect("the host prints its address first");
        let log = Arc::new(Mutex::new(Vec::new()));
        // The output must be read continuously: a full pipe would block the host.
        let collected = Arc::clone(&log);
        let listening = std::thread::spawn(move || lines.for_each(|line| collected.lock().unwrap().push(line)));
        Self {
            process,
            client: Client::new(base_url.trim_end_matches('/')),
            log,
            listening: Some(listening),
        }
    }

    /// The log lines so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Kills the process like `kill -9`, without any clean-up.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // The process may have ended already.
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
        // The greeting is not part of the log: it shows payment tokens.
        let lines = log.iter().map(String::as_str).filter(|line| line.starts_with('{'));
        privacy::assert_no_private_data("the local host", lines);
    }
}

/// Builds the host once per test run, just as `cargo run` would, unless `LOCAL_HOST_BINARY` names one of another
/// commit.
pub fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("LOCAL_HOST_BINARY") {
        Some(path) => path.into(),
        None => repository::built(&["local-host".to_owned()]),
    })
}
