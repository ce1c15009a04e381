//! Tests that ask a running local cloud.

use crate::command::{Failed, run, run_cargo};
use crate::local_cloud::LocalCloud;
use crate::network::Network;

/// Test targets of the whole workspace, and not of one crate: that would build the AWS SDK again, with other features.
pub(crate) fn run_targets(network: Network, targets: &[&str], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let mut all = vec!["test", "--workspace", "--locked"];
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
    run_targets(network, &["told"], &[&place[..], more].concat())
}
