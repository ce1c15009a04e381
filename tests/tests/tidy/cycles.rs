//! Checks that the modules of a crate do not import each other in a cycle.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tests::repository::root;

use super::layout::{ROOTS, files_below};
use super::modules::{Arrows, Crate, Segments};

/// The groups of files that use each other in a cycle.
fn cycles(arrows: &Arrows) -> BTreeSet<BTreeSet<&Segments>> {
    let cycle = |file| {
        let there = reached(arrows, file).into_iter();
        there.filter(|other| reached(arrows, other).contains(file)).collect()
    };
    let cycles = arrows.keys().map(|(file, _)| cycle(file));
    cycles.filter(|cycle: &BTreeSet<_>| !cycle.is_empty()).collect()
}

fn reached<'a>(arrows: &'a Arrows, from: &'a Segments) -> BTreeSet<&'a Segments> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let next = arrows.keys().filter(|(from, _)| from == at);
        open.extend(next.map(|(_, to)| to).filter(|to| found.insert(*to)));
    }
    found
}

/// One paragraph per cycle: its files, then the imports with the imported items.
fn describe(name: &str, arrows: &Arrows) -> Vec<String> {
    let shown = |file: &Segments| {
        if file.is_empty() {
            "crate".to_owned()
        } else {
            file.join("::")
        }
    };
    let describe = |cycle: BTreeSet<&Segments>| {
        let files: Vec<String> = cycle.iter().map(|file| shown(file)).collect();
        let mut text = format!("{name}: {}\n", files.join(", "));
        for ((from, to), items) in arrows {
            if cycle.contains(from) && cycle.contains(to) {
                let items: Vec<&str> = items.iter().map(String::as_str).collect();
                writeln!(text, "    {} -> {}: {}", shown(from), shown(to), items.join(", ")).unwrap();
            }
        }
        text
    };
    cycles(arrows).into_iter().map(describe).collect()
}

/// The root files of a package's crates: library, programs, test programs.
fn crates(package: &Path) -> Vec<PathBuf> {
    let source = package.join("src");
    let mut found = vec![source.join("lib.rs"), source.join("main.rs")];
    for folder in [source.join("bin"), package.join("tests")] {
        let entries = fs::read_dir(folder).into_iter().flatten();
        found.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .flat_map(|path| [path.join("main.rs"), path]),
        );
    }
    found.retain(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "rs"));
    found.sort();
    found
}

#[test]
fn modules_of_a_crate_do_not_import_each_other_in_a_cycle() {
    let mut manifests = Vec::new();
    for folder in ROOTS {
        files_below(&root().join(folder), "toml", &mut manifests);
    }
    manifests.retain(|path| path.ends_with("Cargo.toml"));
    manifests.sort();
    let mut found = Vec::new();
    let mut count = 0;
    for path in manifests.iter().flat_map(|manifest| crates(manifest.parent().unwrap())) {
        let arrows = Crate::read(&path).arrows();
        count += arrows.len();
        found.extend(describe(
            &path.strip_prefix(root()).unwrap().display().to_string(),
            &arrows,
        ));
    }
    assert!(count > 500, "the parser found only {count} arrows");
    assert!(
        found.is_empty(),
        "{} cycles of modules:\n\n{}",
        found.len(),
        found.join("\n")
    );
}

/// The cycles in a crate with these files.
fn described(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    describe("sample", &Crate::read(&folder.path().join("lib.rs")).arrows()).concat()
}

#[test]
fn a_cycle_is_found_through_re_exports_macros_and_parents() {
    let found = described(&[
        ("lib.rs", "mod shelf; mod till; pub use till::Till;"),
        ("till.rs", "use crate::shelf::Book; pub struct Till(Book);"),
        (
            "shelf/mod.rs",
            "mod book; pub use book::Book; pub fn open() { Book::new(); }",
        ),
        (
            "shelf/book.rs",
            "pub struct Book; fn print() { println!(\"{}\", crate::Till::default()); super::open(); }",
        ),
    ]);
    let expected = "sample: shelf, shelf::book, till
    shelf -> shelf::book: Book
    shelf::book -> shelf: open
    shelf::book -> till: Till
    till -> shelf::book: Book
";
    assert_eq!(found, expected);
}

#[test]
fn declarations_tests_and_other_crates_make_no_cycle() {
    let found = described(&[
        ("lib.rs", "mod shelf; pub use shelf::Book; pub struct Price;"),
        (
            "shelf.rs",
            "use crate::Price; use till::Till; pub struct Book(Price, Till);
             #[cfg(test)] mod tests { use crate::Book; use super::*; }",
        ),
    ]);
    assert_eq!(found, "");
}
