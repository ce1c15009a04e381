//! Tests a deployed stage over its HTTP API: on AWS with the shell's credentials, or on the local cloud.

use std::fs;

use serde_json::Value;

use crate::command::{Failed, below_root, failed, run_cargo, run_with, workspace_root};
use crate::local_cloud::{self, STACK};
use crate::network::Network;
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
    let python = environment.program("python");
    let (stack, variables) = match stage {
        Stage::Stack(stack) => (stack.as_str(), Vec::new()),
        Stage::LocalCloud => (STACK, local_cloud_variables()?),
    };
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let description = below_root(DESCRIPTION);
    let mut describe = vec![SCRIPT, stack, &description];
    describe.extend(writes.then_some("--people"));
    run_with(&python, &describe, &variables)?;
    let tested = test(&description, writes);
    // The people are deleted whether the tests passed or not.
    let forgotten = run_with(&python, &[SCRIPT, stack, &description, "--forget"], &variables);
    tested.and(forgotten)
}

fn test(description: &str, writes: bool) -> Result<(), Failed> {
    let command = Selection::WithoutAws.command("test")?;
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--test", "deployed", "--", "--include-ignored", "--show-output"]);
    arguments.extend((!writes).then_some(READ_ONLY));
    run_cargo(Network::Allowed, &arguments, &[("DEPLOYED_STAGE", description)])
}

/// Leads boto3 to the local cloud that runs.
fn local_cloud_variables() -> Result<Vec<(&'static str, String)>, Failed> {
    let text = fs::read_to_string(workspace_root().join(OUTPUTS))
        .map_err(|error| failed(OUTPUTS, format!("{error}; does `cargo xtask local-cloud` run?")))?;
    let cloud: Value = serde_json::from_str(&text).map_err(|error| failed(OUTPUTS, error.to_string()))?;
    let url = cloud["url"].as_str().ok_or_else(|| failed(OUTPUTS, "has no url"))?;
    Ok([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into())
}
