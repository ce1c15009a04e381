//! Checks the language of the repository: banned identifiers and phrases, the width of comments, documented libraries.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use tests::repository::{names_in, root, text};

use super::layout::{ROOTS, files_below};

const COLUMNS_MAX: usize = 120;

/// Why these are no names: a participle or a bare verb does not say which value it stands for.
const IDENTIFIERS: [(&str, &str); 10] = [
    ("told", "the noun: `message`, `event`, `report`, `log`"),
    ("tell", "the verb with its object: `report`, `notify`, `record_metrics`"),
    ("known", "the noun: `existing`, `expected`, `recorded_reply`"),
    ("seen", "the noun: `visited`, `requests`, `received_ids`"),
    ("noted", "the noun: `checkpoint`, `recorded_progress`"),
    ("said", "the noun: `output`, `message`, `stderr`"),
    ("think", "the verb: `adjust`, `decide`"),
    ("added_up", "`total`"),
    ("put_together", "the verb with its object: `assemble_report`"),
    ("outside", "the noun: `caller`, `adapter`, `parent_folder`"),
];

/// In comments, texts and Markdown. Each made readers stop; none has a meaning that needs it.
const PHRASES: [(&str, &str); 14] = [
    ("the outside", "name it: a port, an adapter, AWS, the caller"),
    ("tells of", "reports, describes, contains"),
    ("is told", "receives, is notified, gets the error"),
    ("are told", "receive, are notified, are configured"),
    ("was told of", "was reported"),
    ("whoever", "name it: the caller, the operator, the program"),
    ("hears of", "receives, is notified"),
    ("which is none", "say what it should be: which is not a valid method"),
    ("that is none", "say what it should be: that is not a number"),
    ("that are none", "say what they should be: that are not streams"),
    ("what is no ", "anything that is not a"),
    ("one's own", "custom, your own"),
    ("in vain", "without effect"),
    ("in the air", "without a parent, unattached"),
];

struct File {
    /// From the root of the repository.
    path: String,
    text: String,
}

impl File {
    fn read(path: &Path) -> Self {
        Self {
            path: path.strip_prefix(root()).unwrap().display().to_string(),
            text: fs::read_to_string(path).unwrap(),
        }
    }

    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    /// Comment lines of Rust, YAML, TOML and Python without their marks; all of Markdown.
    fn prose(&self) -> String {
        if self.has_extension("md") {
            return joined(self.text.lines());
        }
        let mark = if self.has_extension("rs") { "//" } else { "#" };
        let comments = self.text.lines().map(str::trim).filter(|line| line.starts_with(mark));
        joined(comments.map(|line| line.trim_start_matches(['/', '!', '#'])))
    }
}

/// A phrase may continue on the next line.
fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<&str> = lines.map(str::trim).collect();
    lines.join(" ").to_lowercase()
}

fn files(extensions: &[&str]) -> Vec<File> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for extension in extensions {
        for folder in ROOTS.into_iter().chain(["docs"]) {
            files_below(&root().join(folder), extension, &mut paths);
        }
        let top = names_in("").into_iter().map(|name| root().join(name));
        paths.extend(top.filter(|path| path.is_file() && path.extension().is_some_and(|found| found == *extension)));
    }
    paths.sort();
    paths.iter().map(|path| File::read(path)).collect()
}

/// These tests quote what they ban, the changelog quotes old texts, and recordings are data.
fn is_exempt(file: &File) -> bool {
    let exempt = ["CHANGELOG.md", "tests/baseline/", "tests/tests/tidy/language.rs"];
    exempt.iter().any(|path| file.path.starts_with(path))
}

/// Names and string literals of Rust code, macros included. Doc comments are neither.
fn collect(tokens: TokenStream, names: &mut BTreeSet<String>, literals: &mut Vec<String>) {
    let mut is_attribute = false;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => drop(names.insert(name.to_string())),
            TokenTree::Literal(literal) => literals.push(literal.to_string().to_lowercase()),
            TokenTree::Group(group) if !is_attribute || !is_doc(&group.stream()) => {
                collect(group.stream(), names, literals);
            }
            TokenTree::Punct(mark) if matches!(mark.as_char(), '#' | '!') => {
                is_attribute = true;
                continue;
            }
            TokenTree::Group(_) | TokenTree::Punct(_) => {}
        }
        is_attribute = false;
    }
}

fn is_doc(attribute: &TokenStream) -> bool {
    let first = attribute.clone().into_iter().next();
    first.is_some_and(|token| token.to_string() == "doc")
}

fn banned_names(file: &File) -> Vec<String> {
    let mut names = BTreeSet::new();
    let tokens = file
        .text
        .parse()
        .unwrap_or_else(|fault| panic!("{}: {fault}", file.path));
    collect(tokens, &mut names, &mut Vec::new());
    let found = IDENTIFIERS.iter().filter(|(name, _)| names.contains(*name));
    found
        .map(|(name, better)| format!("{}: the name `{name}`; better {better}", file.path))
        .collect()
}

fn banned_phrases(file: &File) -> Vec<String> {
    let mut texts = vec![file.prose()];
    if file.has_extension("rs") {
        let tokens = file
            .text
            .parse()
            .unwrap_or_else(|fault| panic!("{}: {fault}", file.path));
        collect(tokens, &mut BTreeSet::new(), &mut texts);
    }
    let found = PHRASES
        .iter()
        .filter(|(phrase, _)| texts.iter().any(|text| text.contains(phrase)));
    found
        .map(|(phrase, better)| format!("{}: \"{phrase}\"; better: {better}", file.path))
        .collect()
}

/// Lines with a comment. String literals, and links without a space, cannot be broken and may be longer.
fn wide_comments(file: &File) -> Vec<String> {
    let has_comment = |line: &str| {
        let line = line.trim_start();
        let (is_comment, marks): (bool, &[char]) = if file.has_extension("rs") {
            (line.starts_with("//") || line.contains(" // "), &['/', '!', ' '])
        } else {
            (line.starts_with('#'), &['#', ' '])
        };
        is_comment && line.trim_start_matches(marks).contains(' ')
    };
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.chars().count() > COLUMNS_MAX && has_comment(line))
        .map(|(index, _)| format!("{}:{}: more than {COLUMNS_MAX} columns", file.path, index + 1))
        .collect()
}

fn assert_clean(extensions: &[&str], check: fn(&File) -> Vec<String>) {
    let files = files(extensions);
    assert!(files.len() > 100, "the walk found only {} files", files.len());
    let found: Vec<String> = files.iter().filter(|file| !is_exempt(file)).flat_map(check).collect();
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_banned_word_is_a_name() {
    assert_clean(&["rs"], banned_names);
}

#[test]
fn no_text_has_a_banned_phrase() {
    assert_clean(&["rs", "md", "yaml", "toml", "py"], banned_phrases);
}

#[test]
fn no_comment_is_wider_than_the_code() {
    assert_clean(&["rs", "yaml", "toml", "py"], wide_comments);
}

/// With this attribute the compiler warns of a public item without a doc comment, and CI's clippy denies warnings.
#[test]
fn every_shared_library_asks_the_compiler_for_docs() {
    for name in names_in("shared") {
        let library = text(&format!("shared/{name}/src/lib.rs"));
        assert!(
            library.contains("#![warn(missing_docs)]"),
            "shared/{name}/src/lib.rs lacks #![warn(missing_docs)]"
        );
    }
}

#[test]
fn the_checks_find_what_they_look_for() {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let code = "/// `told` may stand here.\nfn f() { let told = 1; print!(\"{}\", seen); let untold = \"known\"; }";
    let names = banned_names(&file("a.rs", code));
    assert_eq!(names.len(), 2, "{names:?}");

    let wrapped = file(
        "a.rs",
        "// A fault of the\n// outside.\nfn f() { g(\"a method which is none\"); }",
    );
    assert_eq!(banned_phrases(&wrapped).len(), 2);
    assert_eq!(banned_phrases(&file("a.md", "Whoever\nreads this")).len(), 1);
    assert_eq!(banned_phrases(&file("a.py", "x is told  # no comment line")).len(), 0);

    let wide = format!("fn f() {{}}\n    // {} b\nlet a = \"{0}\";", "é".repeat(112));
    assert_eq!(wide_comments(&file("a.rs", &wide)), ["a.rs:2: more than 120 columns"]);
    let fits = format!("    // {} b", "é".repeat(111));
    assert!(wide_comments(&file("a.rs", &fits)).is_empty());
    let link = format!("//! <https://example.test/{}>", "a".repeat(120));
    assert!(wide_comments(&file("a.rs", &link)).is_empty());
}
