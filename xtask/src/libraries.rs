//! Can each library of `libs/` be packaged, as if it were to be published?

use crate::command::{Failed, failed, read, run_cargo, workspace_root};
use crate::network::Network;
use crate::steps::Outcome;

/// What a package must hold beside its sources.
const EXPECTED: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Packages each library, and builds what was packaged: with the sources and versions that the package names, and without
/// this workspace.
pub(crate) fn package(network: Network) -> Result<Outcome, Failed> {
    for name in names()? {
        let listed = read("cargo", &["package", "--list", "--allow-dirty", "-p", &name])?;
        if let Some(missing) = EXPECTED.iter().find(|file| !listed.lines().any(|line| line == **file)) {
            return Err(failed(&name, format!("is packaged without {missing}")));
        }
        run_cargo(network, &["package", "--allow-dirty", "--locked", "-p", &name], &[])?;
    }
    Ok(Outcome::Passed)
}

/// Folders of `libs/`, which are named like their crates.
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
