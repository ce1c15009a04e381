//! Places orders and imports a catalog on a local cloud while calls fail, through a proxy that injects faults.

use std::net::TcpListener;
use std::path::Path;

use crate::cloud_tests::{check_privacy, run_targets};
use crate::command::{Failed, failed};
use crate::functions;
use crate::local_cloud::{Content, LocalCloud, prepare};
use crate::network::Network;
use crate::python::Environment;
use crate::selection::Selection;

const TARGET: &str = "cloud_faults";

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// The number of orders.
    pub histories: u32,
    /// The rows of the imported catalog. The default is small enough for every change.
    pub import_rows: Option<u32>,
}

/// Uses a separate deployment: the audit of the roles needs one without faults.
pub(crate) fn on_local_cloud(
    network: Network,
    environment: &Environment,
    packages: &Path,
    size: &[(&str, &str)],
) -> Result<(), Failed> {
    let port = free_port().map_err(|error| failed(TARGET, error.to_string()))?;
    let cloud = LocalCloud::start(environment, Content::ShopBehind(packages, port))?;
    let (outputs, port) = (cloud.outputs.to_string_lossy(), port.to_string());
    let place = [
        ("LOCAL_CLOUD_OUTPUTS", outputs.as_ref()),
        ("FAULT_PROXY_PORT", port.as_str()),
    ];
    run_targets(network, Selection::WithoutAws, &[TARGET], &[&place[..], size].concat())?;
    // Failures have the longest error chains, so check their telemetry for private data, too.
    check_privacy(network, &environment.program("python"), &cloud, &[])
}

/// Runs `cargo xtask faults` with this number of orders and this seed.
pub(crate) fn run(size: Size, seed: u64) -> Result<(), Failed> {
    let Some(environment) = prepare(Network::Allowed)? else {
        return Err(failed(
            "cargo xtask faults",
            "the tools of the local cloud could not be prepared",
        ));
    };
    let packages = functions::build_for_local_cloud(Network::Allowed)?;
    let (histories, seed) = (size.histories.to_string(), seed.to_string());
    let rows = size.import_rows.map(|rows| rows.to_string());
    let mut variables = vec![("FAULT_HISTORIES", histories.as_str()), ("FAULT_SEED", seed.as_str())];
    variables.extend(rows.as_deref().map(|rows| ("IMPORT_ROWS", rows)));
    on_local_cloud(Network::Allowed, &environment, &packages, &variables)
}

/// A port that is free now. The deployment needs it before the test starts to listen on it.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
