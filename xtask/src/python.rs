//! Installs Python tools: a virtual environment per requirements file, below `target/`, with every package checked
//! against its hash.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failed, exists, failed, run, workspace_root};
use crate::network::Network;

/// The oldest that the requirements were resolved for.
const RECENT_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 11))";
/// In the order in which they are looked for.
const INTERPRETERS: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// A virtual environment that has what its requirements say.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The one at `folder` with the packages of `requirements`, both below the root of the workspace. `None` when it
    /// would have to be made and the registry may not be asked.
    pub(crate) fn prepare(folder: &str, requirements: &str, network: Network) -> Result<Option<Self>, Failed> {
        let environment = Self {
            folder: workspace_root().join(folder),
        };
        let io = |error: std::io::Error| failed(requirements, error.to_string());
        let wanted = fs::read(workspace_root().join(requirements)).map_err(io)?;
        // Written when all is installed: a copy of what was asked for.
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
        // The file names everything; left to look for more, pip prefers newer releases of what is named with extras.
        let exactly = ["--no-deps", "--require-hashes", "--requirement", requirements];
        run(&environment.program("python"), &[&quietly[..], &exactly[..]].concat())?;
        fs::write(installed, wanted).map_err(io)?;
        Ok(Some(environment))
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> String {
        let path: &Path = &self.folder.join("bin").join(name);
        path.to_string_lossy().into_owned()
    }
}

fn interpreter() -> Result<&'static str, Failed> {
    INTERPRETERS
        .into_iter()
        .find(|name| exists(name, &["-c", RECENT_ENOUGH]))
        .ok_or_else(|| failed("python3", "is needed, 3.11 or newer"))
}
