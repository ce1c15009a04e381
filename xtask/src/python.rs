//! Installs Python tools: a virtual environment per requirements file, below `target/`, with every package checked
//! against its hash.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failed, exists, failed, run, workspace_root};
use crate::network::Network;

/// Fails on Python versions older than the requirements support.
const RECENT_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 11))";
/// The interpreters, in the order in which they are tried.
const INTERPRETERS: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// A virtual environment with the packages of its requirements.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment at `folder` with the packages of `requirements`; both paths are relative to the root of the
    /// workspace. `None` if it would have to download packages, but may not.
    pub(crate) fn prepare(folder: &str, requirements: &str, network: Network) -> Result<Option<Self>, Failed> {
        let environment = Self {
            folder: workspace_root().join(folder),
        };
        let io = |error: std::io::Error| failed(requirements, error.to_string());
        let wanted = fs::read(workspace_root().join(requirements)).map_err(io)?;
        // A copy of the requirements, written when all packages are installed.
        let installed = environment.folder.join("installed-requirements.txt");
        if fs::read(&installed).is_ok_and(|found| found == wanted) {
            return Ok(Some(environment));
        }
        if network == Network::Offline {
            return Ok(None);
        }
        if environment.folder.exists() {
            fs::remove_dir_all(&environment.folder).map_err(io)?;
        }
        run(interpreter()?, &["-m", "venv", folder])?;
        let quietly = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        // The file lists all packages. Without `--no-deps`, pip would take newer releases of packages with extras.
        let exactly = ["--no-deps", "--require-hashes", "--requirement", requirements];
        run(&environment.program("python"), &[&quietly[..], &exactly[..]].concat())?;
        fs::write(installed, wanted).map_err(io)?;
        Ok(Some(environment))
    }

    /// The path of a program in the environment.
    pub(crate) fn program(&self, name: &str) -> String {
        let path: &Path = &self.folder.join("bin").join(name);
        path.to_string_lossy().into_owned()
    }
}

fn interpreter() -> Result<&'static str, Failed> {
    INTERPRETERS
        .into_iter()
        .find(|name| exists(name, &["-c", RECENT_ENOUGH]))
        .ok_or_else(|| failed("python3", "Python 3.11 or newer is needed"))
}
