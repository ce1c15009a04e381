//! Runs third-party linters over the template, the state machines and the dependencies, with pinned versions below
//! `target/`.

use std::fs;
use std::path::Path;

use crate::command::{Failed, failed, run, run_with, workspace_root};
use crate::network::Network;
use crate::python::Environment;
use crate::steps::Outcome;
use crate::{node, rust_tools};

const TEMPLATES: [&str; 3] = ["infra/template.yaml", "infra/watching.yaml", "infra/deploy-role.yaml"];
const STATE_MACHINES: [&str; 3] = [
    "infra/order-saga.asl.json",
    "infra/order-cancel.asl.json",
    "infra/catalog-import.asl.json",
];
/// The linters need a region, but make no call to it.
const REGION: (&str, &str) = ("AWS_DEFAULT_REGION", "us-east-1");

/// Runs `sam validate`, and cfn-lint with the serverless rules. The template lists the suppressed rules with reasons.
pub(crate) fn templates(network: Network) -> Result<Outcome, Failed> {
    let requirements = "infra/local-cloud/sam-requirements.txt";
    let Some(environment) = Environment::prepare("target/local-cloud/sam-venv", requirements, network)? else {
        return Ok(Outcome::not_installed());
    };
    // No telemetry, and no files in the home folder.
    let notes = workspace_root().join("target/local-cloud/sam");
    let notes = notes.to_string_lossy();
    let quiet = [REGION, ("SAM_CLI_TELEMETRY", "0"), ("__SAM_CLI_APP_DIR", &notes)];
    let validate = ["validate", "--lint", "--template", TEMPLATES[0]];
    run_with(&environment.program("sam"), &validate, &quiet)?;
    let serverless = ["--append-rules", "cfn_lint_serverless.rules", "--template"];
    let cfn_lint = [&serverless[..], &TEMPLATES[..]].concat();
    run_with(&environment.program("cfn-lint"), &cfn_lint, &[REGION])?;
    Ok(Outcome::Passed)
}

/// Runs checkov. `.checkov.yaml` lists the suppressed rules with reasons.
pub(crate) fn policies(network: Network) -> Result<Outcome, Failed> {
    let requirements = "infra/local-cloud/checkov-requirements.txt";
    let Some(environment) = Environment::prepare("target/local-cloud/checkov-venv", requirements, network)? else {
        return Ok(Outcome::not_installed());
    };
    let configured = ["--config-file", ".checkov.yaml", "--file"];
    let checkov = [&configured[..], &TEMPLATES[..]].concat();
    run_with(&environment.program("checkov"), &checkov, &[REGION])?;
    Ok(Outcome::Passed)
}

/// Runs asl-validator, because the other linters do not open the file in a state machine's `DefinitionUri`.
pub(crate) fn state_machines(network: Network) -> Result<Outcome, Failed> {
    const LOCKED: &str = "infra/local-cloud/state-machine-lint";
    const FOLDER: &str = "target/state-machine-lint";
    let Some(folder) = node::install(FOLDER, LOCKED, network)? else {
        return Ok(match network {
            Network::Offline => Outcome::not_installed(),
            Network::Allowed => Outcome::Skipped("npm is needed to install it".to_owned()),
        });
    };
    let copies = STATE_MACHINES.iter().map(|file| with_constants(file, &folder));
    let copies: Vec<String> = copies.collect::<Result<_, _>>()?;
    let files = copies.iter().flat_map(|file| ["--json-path", file]);
    let validator = folder.join("node_modules/.bin/asl-validator");
    run(&validator.to_string_lossy(), &files.collect::<Vec<_>>())?;
    Ok(Outcome::Passed)
}

/// A copy in `folder`, as CloudFormation makes it in most regions. The validator accepts placeholders for functions,
/// but not for the partition within an ARN, and not within an expression.
fn with_constants(file: &str, folder: &Path) -> Result<String, Failed> {
    let io = |error: std::io::Error| failed(file, error.to_string());
    let path = workspace_root().join(file);
    let definition = fs::read_to_string(&path).map_err(io)?;
    let definition = definition
        .replace("${Partition}", "aws")
        .replace("${PaymentResultSeconds}", "86400");
    let copy = folder.join(path.file_name().unwrap_or_default());
    fs::write(&copy, definition).map_err(io)?;
    Ok(copy.to_string_lossy().into_owned())
}

/// cargo-deny, without its database of advisories: that needs a network of its own.
pub(crate) fn dependencies(network: Network) -> Result<Outcome, Failed> {
    let Some(program) = rust_tools::program("cargo-deny", network)? else {
        return Ok(Outcome::not_installed());
    };
    let checks = ["check", "bans", "licenses", "sources"];
    let offline: &[&str] = if network == Network::Offline {
        &["--offline"]
    } else {
        &[]
    };
    run(&program, &[offline, &checks[..]].concat())?;
    Ok(Outcome::Passed)
}
