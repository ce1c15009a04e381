//! Tests the form of every file: short, opened by a sentence on its purpose, finished, and areas that import no other
//! area.

use std::fs;
use std::path::{Path, PathBuf};

use tests::repository::{self, root};

const LINES_MAX: usize = 400;
const AREAS: [&str; 5] = ["orders", "fulfilment", "catalog", "thumbnails", "uploads"];
pub(super) const ROOTS: [&str; 7] = ["bench", "functions", "infra", "libs", "shared", "tests", "xtask"];

pub(super) fn files_below(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path
                .file_name()
                .is_some_and(|name| name != "target" && name != "node_modules")
            {
                files_below(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for folder in ROOTS {
        files_below(&root().join(folder), "rs", &mut paths);
    }
    assert!(paths.len() > 50, "the walk found only {} files", paths.len());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_file_opens_with_a_sentence_on_its_purpose() {
    for (path, text) in rust_files() {
        assert!(
            text.starts_with("//! "),
            "{} does not open with a `//!` sentence",
            path.display()
        );
    }
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in rust_files() {
        let lines = text.lines().count();
        assert!(
            lines <= LINES_MAX,
            "{} has {lines} lines, more than {LINES_MAX}",
            path.display()
        );
    }
}

#[test]
fn no_file_has_an_unfinished_mark() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    for (path, text) in rust_files() {
        for mark in marks {
            assert!(!text.contains(mark), "{} contains {mark}", path.display());
        }
    }
}

#[test]
fn areas_of_the_domain_do_not_import_each_other() {
    for area in AREAS {
        let mut paths = Vec::new();
        files_below(&root().join("shared/domain/src").join(area), "rs", &mut paths);
        assert!(!paths.is_empty(), "{area} has no files");
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            for other in AREAS.into_iter().filter(|other| *other != area) {
                assert!(
                    !text.contains(&format!("crate::{other}")),
                    "{} imports the area {other}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn functions_contain_no_tables_and_no_sql() {
    let mut paths = Vec::new();
    files_below(&root().join("functions"), "rs", &mut paths);
    for path in paths.iter().filter(|path| path.ends_with("src/lib.rs")) {
        let text = fs::read_to_string(path).unwrap();
        for term in ["rusqlite", "aws_sdk", "SELECT ", "INSERT INTO", "AttributeValue"] {
            assert!(!text.contains(term), "{} contains {term}", path.display());
        }
    }
}

#[test]
fn every_dependency_states_its_reason() {
    let manifest = repository::text("Cargo.toml");
    let dependencies = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let lines: Vec<&str> = dependencies.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let is_ours = line.contains("path = ");
        if line.is_empty() || line.starts_with('#') || is_ours || !line.contains(" = ") {
            continue;
        }
        // A comment above covers the block of lines up to the next blank line or comment.
        let covered = lines[..index]
            .iter()
            .rev()
            .take_while(|above| !above.is_empty())
            .any(|above| above.starts_with("# "));
        assert!(covered, "the reason is missing above `{line}`");
    }
    for member in ["domain", "entry", "wire", "imaging", "adapter-embedded"] {
        let text = repository::text(&format!("shared/{member}/Cargo.toml"));
        assert!(
            !text.contains("version = \""),
            "{member} declares a version; declare it in the root manifest"
        );
    }
}
