//! Do the documents speak of files that exist? Links and paths in backticks, in every Markdown file.

use std::fs;
use std::path::PathBuf;

use tests::repository::{self, root};

const FOLDERS: [&str; 9] = [
    "bench/",
    "docs/",
    "events/",
    "functions/",
    "infra/",
    "libs/",
    "shared/",
    "tests/",
    "xtask/",
];

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/benchmarks", "docs/decisions", "docs/runbooks"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// Targets of links, relative to the document.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.starts_with("http") && !target.starts_with('#'))
}

/// Paths in backticks that begin in one of our folders, without those that stand for many.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|path| {
        FOLDERS.iter().any(|folder| path.starts_with(folder)) && !path.contains(['<', '*', '…', ' ', '\n'])
    })
}

#[test]
fn every_link_and_path_in_the_documents_leads_somewhere() {
    let mut checked = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap();
        let targets = links(&text)
            .map(|link| folder.join(link))
            .chain(paths(&text).map(|path| root().join(path)));
        for target in targets {
            checked += 1;
            assert!(target.exists(), "{} speaks of {}", document.display(), target.display());
        }
    }
    assert!(checked > 50, "only {checked} links and paths were found");
}

#[test]
fn decisions_are_numbered_without_a_gap_and_have_their_parts() {
    let names = repository::names_in("docs/decisions");
    for (index, name) in names.iter().enumerate() {
        assert!(
            name.starts_with(&format!("{:04}-", index + 1)),
            "{name} is out of order"
        );
        let text = repository::text(&format!("docs/decisions/{name}"));
        for part in ["**Question.**", "**Choice.**", "**What it costs.**", "**Reopen when**"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
    }
}

#[test]
fn the_readme_lists_every_function() {
    let readme = repository::text("README.md");
    for name in repository::names_in("functions") {
        assert!(
            readme.contains(&format!("[{name}](functions/{name}/")),
            "{name} is not in the README's table"
        );
    }
}
