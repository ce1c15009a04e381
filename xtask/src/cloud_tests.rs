//! Tests that ask a running local cloud.

use crate::command::{Failed, run, run_cargo};
use crate::local_cloud::LocalCloud;
use crate::network::Network;
use crate::selection::Selection;

/// Test targets of a selection of packages, and not of one package: that would build dependencies with other features.
pub(crate) fn run_targets(
    network: Network,
    selection: Selection,
    targets: &[&str],
    variables: &[(&str, &str)],
) -> Result<(), Failed> {
    let command = selection.command("test")?;
    let mut all: Vec<&str> = command.iter().map(String::as_str).collect();
    all.extend(targets.iter().flat_map(|target| ["--test", target]));
    all.extend(["--", "--include-ignored", "--show-output"]);
    run_cargo(network, &all, variables)
}

/// Reads everything that the functions of this cloud logged, counted and traced so far, and looks for private data.
pub(crate) fn check_privacy(
    network: Network,
    python: &str,
    cloud: &LocalCloud,
    more: &[(&str, &str)],
) -> Result<(), Failed> {
    let outputs = cloud.outputs.to_string_lossy();
    let telemetry = cloud.outputs.with_file_name("told.jsonl");
    run(
        python,
        &["infra/local-cloud/told.py", &cloud.url, &telemetry.to_string_lossy()],
    )?;
    let place = [("LOCAL_CLOUD_OUTPUTS", outputs.as_ref())];
    run_targets(network, Selection::WithoutAws, &["told"], &[&place[..], more].concat())
}
