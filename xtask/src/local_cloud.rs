//! Starts and ends a local cloud. `infra/local-cloud/cloud.py` runs it, and ends with this process.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::{Failed, failed, workspace_root};
use crate::functions;
use crate::network::Network;
use crate::python::Environment;

/// The stack's name on a local cloud.
pub(crate) const STACK: &str = "popshop-local";
const SCRIPT: &str = "infra/local-cloud/cloud.py";
/// Begins the line that the script prints once its cloud is up; the address follows.
const READY: &str = "local cloud ready at ";
/// Factor on the waits and retry pauses of state machines, in tests.
const WAIT_SCALE_IN_TESTS: &str = "0.1";

/// Another folder than that of `cargo xtask local-cloud`, which may be running.
const STATE_IN_TESTS: &str = "target/local-cloud/test";

/// The local cloud's Python environment; `None` if it is not installed and the network may not be used.
pub(crate) fn prepare(network: Network) -> Result<Option<Environment>, Failed> {
    Environment::prepare("target/local-cloud/venv", "infra/local-cloud/requirements.txt", network)
}

/// What a local cloud starts with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    Nothing,
    /// The stack, with the functions' packages from this folder.
    Shop(&'a Path),
    /// The same, with functions that call this port of the loopback interface instead of the cloud.
    ShopBehind(&'a Path, u16),
}

/// A running local cloud. It ends when this is dropped, and also when this process ends for any reason: the script
/// watches its standard input, which only this process holds.
pub(crate) struct LocalCloud {
    script: Child,
    pub url: String,
    /// A file for tests: the outputs of the stack, and how to call its API.
    pub outputs: PathBuf,
    /// A file with every IAM decision, one per line.
    pub decisions: PathBuf,
}

impl LocalCloud {
    pub(crate) fn start(environment: &Environment, content: Content<'_>) -> Result<Self, Failed> {
        let started = std::time::Instant::now();
        let state = workspace_root().join(STATE_IN_TESTS);
        let mut command = script(environment);
        command.args([
            "--until-stdin-closes",
            "--wait-scale",
            WAIT_SCALE_IN_TESTS,
            "--state",
            STATE_IN_TESTS,
        ]);
        match content {
            Content::Nothing => {}
            Content::Shop(packages) => {
                command.arg("--zips").arg(packages);
            }
            Content::ShopBehind(packages, port) => {
                let functions_call = format!("http://127.0.0.1:{port}");
                command.arg("--zips").arg(packages);
                command.args(["--functions-call", &functions_call]);
            }
        }
        eprintln!("\n==> {SCRIPT} ({content:?})");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let script = command.spawn().map_err(|error| failed(SCRIPT, error.to_string()))?;
        let mut cloud = Self {
            script,
            url: String::new(),
            outputs: state.join("outputs.json"),
            decisions: state.join("iam-decisions.jsonl"),
        };
        let printed = cloud.script.stdout.take().map(BufReader::new);
        let mut lines = printed.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
        match lines.find_map(|line| line.strip_prefix(READY).map(str::to_owned)) {
            Some(url) => cloud.url = url,
            None => return Err(failed(SCRIPT, "the script ended before the cloud was up")),
        }
        eprintln!("    up at {} after {:.1} s", cloud.url, started.elapsed().as_secs_f32());
        Ok(cloud)
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        if let Err(error) = self.script.wait() {
            eprintln!("    {SCRIPT}: {error}");
        }
    }
}

/// Builds and deploys the shop, and prints how to use it. Returns only on an error: the script replaces this process,
/// so that Ctrl-C reaches it directly.
pub(crate) fn run(port: Option<u16>, keep_running: bool) -> Result<(), Failed> {
    let Some(environment) = prepare(Network::Allowed)? else {
        return Err(failed(
            "cargo xtask local-cloud",
            "the tools of the local cloud could not be prepared",
        ));
    };
    let packages = functions::build_for_local_cloud(Network::Allowed)?;
    let mut command = script(&environment);
    command
        .arg("--zips")
        .arg(packages)
        .args(["--keep-running", if keep_running { "true" } else { "false" }]);
    if let Some(port) = port {
        command.args(["--port", &port.to_string()]);
    }
    Err(failed(SCRIPT, command.exec().to_string()))
}

fn script(environment: &Environment) -> Command {
    let mut command = Command::new(environment.program("python"));
    command.arg(SCRIPT).current_dir(workspace_root());
    command
}
