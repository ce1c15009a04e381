//! What do others say about the template, the state machines and the dependencies? Linters that are not ours, each of a
//! pinned version below `target/`.

use crate::check::Network;
use crate::command::{Failed, exists, run, run_with, workspace_root};
use crate::node;
use crate::python::Environment;

const TEMPLATES: [&str; 2] = ["infra/template.yaml", "infra/deploy-role.yaml"];
const STATE_MACHINES: [&str; 3] = [
    "infra/order-saga.asl.json",
    "infra/order-cancel.asl.json",
    "infra/catalog-import.asl.json",
];
/// The hosted workflow installs the same.
const CARGO_DENY_VERSION: &str = "0.20.2";
/// Linters ask for a region, and reach none.
const REGION: (&str, &str) = ("AWS_DEFAULT_REGION", "us-east-1");

/// `sam validate`, cfn-lint with the serverless rules, and checkov. What they are told to overlook stands in the template
/// and in `.checkov.yaml`, with its reason.
pub(crate) fn templates(network: Network) -> Result<(), Failed> {
    let requirements = "infra/local-cloud/sam-requirements.txt";
    match Environment::prepare("target/local-cloud/sam-venv", requirements, network)? {
        None => eprintln!("\n==> skipped: sam validate and cfn-lint (not installed)"),
        Some(environment) => {
            // Tells nobody of this run, and keeps its own notes out of the home folder.
            let notes = workspace_root().join("target/local-cloud/sam");
            let notes = notes.to_string_lossy();
            let quiet = [REGION, ("SAM_CLI_TELEMETRY", "0"), ("__SAM_CLI_APP_DIR", &notes)];
            let validate = ["validate", "--lint", "--template", TEMPLATES[0]];
            run_with(&environment.program("sam"), &validate, &quiet)?;
            let serverless = ["--append-rules", "cfn_lint_serverless.rules", "--template"];
            let cfn_lint = [&serverless[..], &TEMPLATES[..]].concat();
            run_with(&environment.program("cfn-lint"), &cfn_lint, &[REGION])?;
        }
    }
    let requirements = "infra/local-cloud/checkov-requirements.txt";
    let Some(environment) = Environment::prepare("target/local-cloud/checkov-venv", requirements, network)? else {
        eprintln!("\n==> skipped: checkov (not installed)");
        return Ok(());
    };
    let configured = ["--config-file", ".checkov.yaml", "--file"];
    let checkov = [&configured[..], &TEMPLATES[..]].concat();
    run_with(&environment.program("checkov"), &checkov, &[REGION])
}

/// asl-validator: the linters above do not open the files that a state machine's `DefinitionUri` names.
pub(crate) fn state_machines(network: Network) -> Result<(), Failed> {
    const LOCKED: &str = "infra/local-cloud/state-machine-lint";
    const FOLDER: &str = "target/state-machine-lint";
    let Some(folder) = node::install(FOLDER, LOCKED, network)? else {
        eprintln!("\n==> skipped: asl-validator (not installed, and npm is needed for that)");
        return Ok(());
    };
    let files = STATE_MACHINES.iter().flat_map(|file| ["--json-path", file]);
    let validator = folder.join("node_modules/.bin/asl-validator");
    run(&validator.to_string_lossy(), &files.collect::<Vec<_>>())
}

/// cargo-deny, without its database of advisories: that needs a network of its own.
pub(crate) fn dependencies(network: Network) -> Result<(), Failed> {
    const ROOT: &str = "target/tools";
    let own = workspace_root().join(ROOT).join("bin/cargo-deny");
    let own = own.to_string_lossy();
    let program = ["cargo-deny", &own]
        .into_iter()
        .find(|program| exists(program, &["--version"]));
    let program = match program {
        Some(program) => program,
        None if network == Network::Offline => {
            eprintln!("\n==> skipped: cargo-deny (not installed)");
            return Ok(());
        }
        None => {
            let exactly = ["install", "--locked", "--version", CARGO_DENY_VERSION];
            run("cargo", &[&exactly[..], &["--root", ROOT, "cargo-deny"]].concat())?;
            &own
        }
    };
    let checks = ["check", "bans", "licenses", "sources"];
    let offline: &[&str] = if network == Network::Offline {
        &["--offline"]
    } else {
        &[]
    };
    run(program, &[offline, &checks[..]].concat())
}
