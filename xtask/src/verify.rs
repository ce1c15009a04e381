//! Tests a deployed stage over its HTTP API: on AWS with the shell's credentials, or on the local cloud.

use std::fs;

use serde_json::Value;

use crate::command::{Failed, below_root, failed, run_cargo, run_with, workspace_root};
use crate::local_cloud::{self, STACK};
use crate::network::Network;
use crate::python::Environment;
use crate::selection::Selection;

const LINE: &str = "cargo xtask verify";
const SCRIPT: &str = "infra/local-cloud/stage.py";
/// Describes the stage, with tokens where tests write. Deleted in the end.
const DESCRIPTION: &str = "target/verify/stage.json";
/// What `cargo xtask local-cloud` writes while it runs.
const OUTPUTS: &str = "target/local-cloud/outputs.json";
/// The module of `tests/tests/deployed` that changes nothing.
const READ_ONLY: &str = "reads::";

/// The stage to test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A stack in the account and region of the shell's credentials.
    Stack(String),
    /// The one that `cargo xtask local-cloud` runs.
    LocalCloud,
}

/// Runs the tests of `tests/tests/deployed` against the stage; those that write only if `writes`.
pub(crate) fn run(stage: &Stage, writes: bool) -> Result<(), Failed> {
    let Some(environment) = local_cloud::prepare(Network::Allowed)? else {
        return Err(failed(LINE, "could not prepare its tools"));
    };
    match stage {
        Stage::Stack(stack) => verify(Network::Allowed, &environment, stack, &[], writes),
        Stage::LocalCloud => at_local_cloud(Network::Allowed, &environment, &running_local_cloud()?, writes),
    }
}

/// [`run`] against the local cloud at this address.
pub(crate) fn at_local_cloud(
    network: Network,
    environment: &Environment,
    url: &str,
    writes: bool,
) -> Result<(), Failed> {
    let variables = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    verify(network, environment, STACK, &variables, writes)
}

fn verify(
    network: Network,
    environment: &Environment,
    stack: &str,
    variables: &[(&str, &str)],
    writes: bool,
) -> Result<(), Failed> {
    let python = environment.program("python");
    let description = below_root(DESCRIPTION);
    let mut describe = vec![SCRIPT, stack, &description];
    describe.extend(writes.then_some("--people"));
    run_with(&python, &describe, variables)?;
    let tested = test(network, &description, writes);
    // The people are deleted whether the tests passed or not.
    let forgotten = run_with(&python, &[SCRIPT, stack, &description, "--forget"], variables);
    tested.and(forgotten)
}

fn test(network: Network, description: &str, writes: bool) -> Result<(), Failed> {
    let command = Selection::WithoutAws.command("test")?;
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--test", "deployed", "--", "--include-ignored", "--show-output"]);
    arguments.extend((!writes).then_some(READ_ONLY));
    run_cargo(network, &arguments, &[("DEPLOYED_STAGE", description)])
}

/// The address of the local cloud that `cargo xtask local-cloud` runs.
fn running_local_cloud() -> Result<String, Failed> {
    let text = fs::read_to_string(workspace_root().join(OUTPUTS))
        .map_err(|error| failed(OUTPUTS, format!("{error}; does `cargo xtask local-cloud` run?")))?;
    let cloud: Value = serde_json::from_str(&text).map_err(|error| failed(OUTPUTS, error.to_string()))?;
    let url = cloud["url"].as_str().ok_or_else(|| failed(OUTPUTS, "has no url"))?;
    Ok(url.to_owned())
}
