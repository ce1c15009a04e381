//! Runs other programs from the root of the workspace, and reports their failures with the command line.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::network::Network;

/// A program that could not be started or did not succeed.
#[derive(Debug)]
pub(crate) struct Failed {
    line: String,
    reason: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.line, self.reason)
    }
}

pub(crate) fn workspace_root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// A path below the workspace root.
pub(crate) fn below_root(path: &str) -> String {
    workspace_root().join(path).to_string_lossy().into_owned()
}

fn prepared(program: &str, arguments: &[&str]) -> (Command, String) {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(workspace_root())
        .stdin(Stdio::null());
    (command, format!("{program} {}", arguments.join(" ")))
}

/// Runs a program whose output goes to the terminal.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<(), Failed> {
    run_with(program, arguments, &[])
}

/// [`run`], with variables added to the environment.
pub(crate) fn run_with(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let (mut command, line) = prepared(program, arguments);
    command.envs(variables.iter().copied());
    watched(command, line)
}

/// [`run`], from another folder.
pub(crate) fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Failed> {
    let (mut command, line) = prepared(program, arguments);
    command.current_dir(folder);
    watched(command, line)
}

/// [`run_with`] for cargo, which gets `--offline` if the registry may not be used.
pub(crate) fn run_cargo(network: Network, arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let mut all = arguments.to_vec();
    if network == Network::Offline {
        all.insert(1, "--offline");
    }
    run_with("cargo", &all, variables)
}

fn watched(mut command: Command, line: String) -> Result<(), Failed> {
    eprintln!("\n==> {line}");
    let started = Instant::now();
    let status = command.status().map_err(|error| Failed {
        line: line.clone(),
        reason: error.to_string(),
    })?;
    if !status.success() {
        return Err(Failed {
            line,
            reason: format!("failed with {status}"),
        });
    }
    eprintln!("    {:.1} s", started.elapsed().as_secs_f32());
    Ok(())
}

/// Runs a program and returns what it printed.
pub(crate) fn read(program: &str, arguments: &[&str]) -> Result<String, Failed> {
    let (mut command, line) = prepared(program, arguments);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| Failed {
        line: line.clone(),
        reason: error.to_string(),
    })?;
    if !output.status.success() {
        return Err(Failed {
            line,
            reason: format!("failed with {}", output.status),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be started on this machine.
pub(crate) fn exists(program: &str, arguments: &[&str]) -> bool {
    let (mut command, _) = prepared(program, arguments);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub(crate) fn failed(line: &str, reason: impl Into<String>) -> Failed {
    Failed {
        line: line.to_owned(),
        reason: reason.into(),
    }
}
