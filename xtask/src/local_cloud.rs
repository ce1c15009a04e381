//! How is a local cloud started and, above all, ended? `infra/local-cloud/cloud.py` runs it, and ends it with us.

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
/// The line with which the script says that its cloud is up, and where.
const READY: &str = "local cloud ready at ";
/// Waits and pauses between retries of state machines, in tests: a tenth of what the files say.
const WAIT_SCALE_IN_TESTS: &str = "0.1";

/// Apart from the one that somebody may have running.
const STATE_IN_TESTS: &str = "target/local-cloud/test";

/// What the local cloud is made of, if it is there or may be fetched.
pub(crate) fn prepare(network: Network) -> Result<Option<Environment>, Failed> {
    Environment::prepare("target/local-cloud/venv", "infra/local-cloud/requirements.txt", network)
}

/// What is on a local cloud when it is up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    Nothing,
    /// The stack, with the functions' packages from this folder.
    Shop(&'a Path),
    /// The same, with functions that call this port of the loopback instead of the cloud.
    ShopBehind(&'a Path, u16),
}

/// A running local cloud. It ends when this is dropped, and also when this process ends by whatever cause: the script
/// watches its standard input, which nobody else holds.
pub(crate) struct LocalCloud {
    script: Child,
    pub url: String,
    /// Written for tests: the stack's outputs and how to reach its API.
    pub outputs: PathBuf,
    /// Every decision of its IAM, one line each.
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
            None => return Err(failed(SCRIPT, "ended before its cloud was up")),
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

/// Builds, deploys, tells how to use it. Returns only when something went wrong: the script takes this process's place,
/// so that Ctrl-C reaches it and nothing ends before it does.
pub(crate) fn run(port: Option<u16>, keep_running: bool) -> Result<(), Failed> {
    let Some(environment) = prepare(Network::Allowed)? else {
        return Err(failed("cargo xtask local-cloud", "could not prepare its tools"));
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
