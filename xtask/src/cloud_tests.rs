//! Runs the tests that need a running local cloud.

use crate::command::{Failed, run, run_cargo};
use crate::local_cloud::LocalCloud;
use crate::network::Network;
use crate::selection::Selection;

/// Runs test targets of a selection of packages. Naming one package would build its dependencies with other features.
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

/// Collects the logs, metrics and traces of this cloud so far, and checks that they contain no private data.
pub(crate) fn check_privacy(
    network: Network,
    python: &str,
    cloud: &LocalCloud,
    more: &[(&str, &str)],
) -> Result<(), Failed> {
    let outputs = cloud.outputs.to_string_lossy();
    let log = cloud.outputs.with_file_name("log.jsonl");
    run(
        python,
        &["infra/local-cloud/collect_log.py", &cloud.url, &log.to_string_lossy()],
    )?;
    let place = [("LOCAL_CLOUD_OUTPUTS", outputs.as_ref())];
    run_targets(
        network,
        Selection::WithoutAws,
        &["telemetry_privacy"],
        &[&place[..], more].concat(),
    )
}
