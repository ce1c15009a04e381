//! What holds when the functions' calls to the cloud fail? Asked of the real binaries, behind a proxy of the tests.

use std::net::TcpListener;
use std::path::Path;

use crate::check::{Network, ask_cloud, told_nothing_private};
use crate::command::{Failed, failed};
use crate::functions;
use crate::local_cloud::{Content, LocalCloud, prepare};
use crate::python::Environment;

const TARGET: &str = "cloud_faults";

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
    ask_cloud(network, &[TARGET], &[&place[..], size].concat())?;
    // Failures have the longest error chains.
    told_nothing_private(network, &environment.program("python"), &cloud, &[])
}

/// `cargo xtask faults`: as many histories of a seed as somebody has time for.
pub(crate) fn run(histories: u32, seed: u32) -> Result<(), Failed> {
    let Some(environment) = prepare(Network::Allowed)? else {
        return Err(failed("cargo xtask faults", "could not prepare its tools"));
    };
    let packages = functions::build_for_local_cloud(Network::Allowed)?;
    let (histories, seed) = (histories.to_string(), seed.to_string());
    let size = [("FAULT_HISTORIES", histories.as_str()), ("FAULT_SEED", seed.as_str())];
    on_local_cloud(Network::Allowed, &environment, &packages, &size)
}

/// Free now: the cloud has to be told where its functions call before the test that listens there has begun.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
