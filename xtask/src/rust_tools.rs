//! Installs cargo tools as prebuilt packages from the Python registry, because compiling one takes minutes.

use crate::command::{Failed, exists};
use crate::network::Network;
use crate::python::Environment;

const FOLDER: &str = "target/rust-tools";
const REQUIREMENTS: &str = "xtask/requirements.txt";

/// The program of this name: the installed one, else that of the package. `None` if it would have to download the
/// package, but may not.
pub(crate) fn program(name: &str, network: Network) -> Result<Option<String>, Failed> {
    if exists(name, &["--version"]) {
        return Ok(Some(name.to_owned()));
    }
    let environment = Environment::prepare(FOLDER, REQUIREMENTS, network)?;
    Ok(environment.map(|environment| environment.program(name)))
}
