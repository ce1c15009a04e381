//! Checks that the libraries in `libs/` do not depend on the shop, and have the files of a published package.

use std::process::Command;

use serde_json::Value;
use tests::repository::{names_in, root, text};

/// The folders of `libs/`, which have the names of their crates.
fn libraries() -> Vec<String> {
    let mut names = names_in("libs");
    names.retain(|name| root().join("libs").join(name).is_dir());
    assert!(names.len() >= 3, "{names:?}");
    names
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn a_library_and_its_tests_depend_on_no_crate_of_the_shop() {
    let packages = packages();
    let ours: Vec<&Value> = packages.iter().map(|package| &package["name"]).collect();
    for name in libraries() {
        let package = packages
            .iter()
            .find(|package| package["name"] == name.as_str())
            .unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            assert!(
                !ours.contains(&&dependency["name"]),
                "{name} depends on {}",
                dependency["name"]
            );
        }
    }
}

#[test]
fn a_library_has_what_a_package_needs() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if !libraries().contains(&name.to_owned()) {
            continue;
        }
        for field in ["description", "license", "readme"] {
            assert!(package[field].is_string(), "{name} has no {field}");
        }
        for field in ["keywords", "categories"] {
            assert!(!package[field].as_array().unwrap().is_empty(), "{name} has no {field}");
        }
        let manifest = text(&format!("libs/{name}/Cargo.toml"));
        assert!(
            manifest.contains("\nversion = \""),
            "{name} has the version of the shop"
        );
        assert!(
            !manifest.contains("doctest = false"),
            "{name} must not disable its doc tests"
        );
        let version = package["version"].as_str().unwrap();
        let changes = text(&format!("libs/{name}/CHANGELOG.md"));
        assert!(
            changes.contains(&format!("## {version}")),
            "the changelog of {name} does not mention {version}"
        );
        assert!(
            text(&format!("libs/{name}/README.md")).contains("```rust"),
            "{name} has no example"
        );
    }
}
