//! Packages each library of `libs/` as for publishing, and builds the package.

use crate::command::{Failed, failed, read, run_cargo, workspace_root};
use crate::network::Network;
use crate::steps::Outcome;

/// The files that a package must contain beside its sources.
const EXPECTED: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Packages each library, and builds the package without this workspace, with only the sources and versions that the
/// package contains.
pub(crate) fn package(network: Network) -> Result<Outcome, Failed> {
    for name in names()? {
        let listed = read("cargo", &["package", "--list", "--allow-dirty", "-p", &name])?;
        if let Some(missing) = EXPECTED.iter().find(|file| !listed.lines().any(|line| line == **file)) {
            return Err(failed(&name, format!("the package does not contain {missing}")));
        }
        run_cargo(network, &["package", "--allow-dirty", "--locked", "-p", &name], &[])?;
    }
    Ok(Outcome::Passed)
}

/// The folders of `libs/`, which have the names of their crates.
fn names() -> Result<Vec<String>, Failed> {
    let folder = workspace_root().join("libs");
    let trouble = |error: std::io::Error| failed("libs", error.to_string());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::names;

    #[test]
    fn the_libraries_are_found() {
        assert_eq!(names().unwrap(), ["lossy-webp", "scaled-jpeg", "state-machine"]);
    }
}
