//! Orders and imports on a local cloud whose calls fail: the real binaries, behind a proxy of the tests.

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

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Orders.
    pub histories: u32,
    /// Of the imported catalog; by default, what a change has time for.
    pub import_rows: Option<u32>,
}

/// A shop of its own for it: the audit of the roles looks at one where nothing fails.
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
    // Failures have the longest error chains.
    check_privacy(network, &environment.program("python"), &cloud, &[])
}

/// As many histories of a seed as somebody has time for.
pub(crate) fn run(size: Size, seed: u64) -> Result<(), Failed> {
    let Some(environment) = prepare(Network::Allowed)? else {
        return Err(failed("cargo xtask faults", "could not prepare its tools"));
    };
    let packages = functions::build_for_local_cloud(Network::Allowed)?;
    let (histories, seed) = (size.histories.to_string(), seed.to_string());
    let rows = size.import_rows.map(|rows| rows.to_string());
    let mut variables = vec![("FAULT_HISTORIES", histories.as_str()), ("FAULT_SEED", seed.as_str())];
    variables.extend(rows.as_deref().map(|rows| ("IMPORT_ROWS", rows)));
    on_local_cloud(Network::Allowed, &environment, &packages, &variables)
}

/// Free now: the cloud has to be told where its functions call before the test that listens there has begun.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
