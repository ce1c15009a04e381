//! Installs tools from npm: one folder below `target/` per lock file, with exactly the locked versions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failed, exists, failed, run_in, workspace_root};
use crate::network::Network;

/// Installs the packages of the lock file in `locked` at `folder`; both paths are relative to the root of the
/// workspace. `None` if it would have to download packages, but may not or npm is not installed.
pub(crate) fn install(folder: &str, locked: &str, network: Network) -> Result<Option<PathBuf>, Failed> {
    let folder = workspace_root().join(folder);
    let installed = folder.join("node_modules/.package-lock.json");
    if is_copy(&folder.join("package-lock.json"), locked) && installed.exists() {
        return Ok(Some(folder));
    }
    if network == Network::Offline || !exists("npm", &["--version"]) {
        return Ok(None);
    }
    let io = |error: std::io::Error| failed(locked, error.to_string());
    fs::create_dir_all(&folder).map_err(io)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(workspace_root().join(locked).join(file), folder.join(file)).map_err(io)?;
    }
    // `npm ci` verifies the hashes; scripts of the packages do not run.
    run_in(&folder, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    Ok(Some(folder))
}

fn is_copy(copy: &Path, locked: &str) -> bool {
    let original = workspace_root().join(locked).join("package-lock.json");
    match (fs::read(copy), fs::read(original)) {
        (Ok(copy), Ok(original)) => copy == original,
        _ => false,
    }
}
