//! Cargo's own tools as prebuilt packages of a Python registry: compiling one takes minutes.

use crate::command::{Failed, exists};
use crate::network::Network;
use crate::python::Environment;

const FOLDER: &str = "target/rust-tools";
const REQUIREMENTS: &str = "xtask/requirements.txt";

/// The program of this name: the one that is installed on this machine, else that of the package. `None` if it would
/// have to be fetched and the registry may not be asked.
pub(crate) fn program(name: &str, network: Network) -> Result<Option<String>, Failed> {
    if exists(name, &["--version"]) {
        return Ok(Some(name.to_owned()));
    }
    let environment = Environment::prepare(FOLDER, REQUIREMENTS, network)?;
    Ok(environment.map(|environment| environment.program(name)))
}
