//! Compares thumbnails with those of Pillow and libvips over a folder of pictures. The folder is not in this
//! repository: pictures of the world belong to others, and there are too many of them.

use crate::command::{Failed, below_root, failed, run, run_cargo};
use crate::network::Network;
use crate::python::Environment;
use crate::steps::Outcome;

const SCRIPTS: &str = "bench/images/compare";
const ENVIRONMENT: &str = "target/compare/venv";
const THUMBNAIL: &str = "target/release/examples/thumbnail";
/// Names the folder: a proof has no arguments of its own.
const FOLDER: &str = "PICTURES";

/// Runs the comparison over the folder that the environment names.
pub(crate) fn compare(network: Network) -> Result<Outcome, Failed> {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return Ok(Outcome::Skipped(format!(
            "needs a folder of pictures: {FOLDER}=FOLDER cargo xtask prove pictures"
        )));
    };
    let folder = std::path::absolute(&folder).map_err(|error| failed(FOLDER, error.to_string()))?;
    if !folder.is_dir() {
        return Err(failed(FOLDER, format!("{} is not a folder", folder.display())));
    }
    let requirements = format!("{SCRIPTS}/requirements.txt");
    let Some(environment) = Environment::prepare(ENVIRONMENT, &requirements, network)? else {
        return Ok(Outcome::not_installed());
    };
    let build = [
        "build",
        "--locked",
        "--release",
        "-p",
        "imaging",
        "--example",
        "thumbnail",
    ];
    run_cargo(network, &build, &[])?;
    let script = format!("{SCRIPTS}/compare.py");
    let arguments = [&script, &below_root(THUMBNAIL), &*folder.to_string_lossy()];
    run(&environment.program("python"), &arguments)?;
    Ok(Outcome::Passed)
}
