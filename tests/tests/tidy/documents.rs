//! Checks the Markdown files: links and paths exist, decisions have all parts, the README lists all functions.

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

/// A decision record as its first lines state it.
struct Decision {
    file: String,
    number: usize,
    title: String,
    status: String,
    area: String,
    date: String,
}

const DECISIONS: &str = "docs/decisions";

/// All decision records, in the order of their numbers.
fn decisions() -> Vec<Decision> {
    let files = repository::names_in(DECISIONS);
    let records = files.into_iter().filter(|file| file != "README.md");
    records.map(read_decision).collect()
}

fn read_decision(file: String) -> Decision {
    let text = repository::text(&format!("{DECISIONS}/{file}"));
    let mut lines = text.lines();
    let heading = lines.next().and_then(|line| line.strip_prefix("# "));
    let (number, title) = heading.and_then(|heading| heading.split_once(". ")).unwrap();
    let state: Vec<&str> = lines.nth(1).unwrap().split(" · ").collect();
    let [status, area, date] = state[..] else {
        panic!("{file}: the third line is not `status · area · date`: {state:?}");
    };
    Decision {
        number: number.parse().unwrap(),
        title: title.to_owned(),
        status: status.to_owned(),
        area: area.to_owned(),
        date: date.to_owned(),
        file,
    }
}

/// Every number up to this one has its record. Above it, a branch may take a number while another branch still holds
/// the one before; raise it once those branches are merged.
const DECISIONS_WITHOUT_A_GAP: usize = 62;

#[test]
fn decisions_are_numbered_without_a_gap_and_have_all_their_parts() {
    let decisions = decisions();
    let numbers: Vec<usize> = decisions.iter().map(|decision| decision.number).collect();
    let settled: Vec<usize> = (1..=DECISIONS_WITHOUT_A_GAP).collect();
    assert_eq!(
        numbers.get(..DECISIONS_WITHOUT_A_GAP),
        Some(settled.as_slice()),
        "the numbers up to {DECISIONS_WITHOUT_A_GAP} have a gap or a duplicate"
    );
    for pair in decisions.windows(2) {
        assert!(pair[0].number < pair[1].number, "{} is out of order", pair[1].file);
    }
    for decision in &decisions {
        let file = &decision.file;
        assert!(
            file.starts_with(&format!("{:04}-", decision.number)),
            "{file} has another number than its title"
        );
        let text = repository::text(&format!("{DECISIONS}/{file}"));
        for part in [
            "**Question.**",
            "**Decision.**",
            "**Consequences.**",
            "**Revisit when**",
        ] {
            assert!(text.contains(part), "{file} has no {part}");
        }
    }
}

#[test]
fn the_index_of_decisions_lists_every_record() {
    let row = |decision: &Decision| {
        format!(
            "| {} | [{}]({}) | {} | {} | {} |\n",
            decision.number, decision.title, decision.file, decision.area, decision.status, decision.date
        )
    };
    let rows: String = decisions().iter().map(row).collect();
    let index = repository::text(&format!("{DECISIONS}/README.md"));
    assert!(
        index.contains(&rows),
        "docs/decisions/README.md needs these rows:\n{rows}"
    );
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

/// The most sentences of one paragraph; a longer one is a list.
const SENTENCES_MAX: usize = 5;

#[test]
fn no_paragraph_is_longer_than_five_sentences() {
    let reports = root().join("docs/benchmarks");
    let mut checked = 0;
    for document in documents() {
        if document.starts_with(&reports) {
            continue; // Written by the benches.
        }
        let text = fs::read_to_string(&document).unwrap();
        for paragraph in paragraphs(&text) {
            checked += 1;
            let count = sentences(&paragraph);
            assert!(
                count <= SENTENCES_MAX,
                "{}: {count} sentences in the paragraph that begins {:?}; make it a list",
                document.display(),
                paragraph.chars().take(60).collect::<String>()
            );
        }
    }
    assert!(checked > 300, "only {checked} paragraphs were found");
}

/// Paragraphs and list items, without code blocks and tables.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        let starts_item =
            line.trim_start().starts_with("- ") || line.split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok());
        if in_code || line.is_empty() || line.starts_with('|') || line.starts_with("```") || starts_item {
            found.push(String::new());
        }
        if !in_code && !line.starts_with('|') && !line.starts_with("```") {
            let paragraph = found.last_mut().unwrap();
            paragraph.push_str(line);
            paragraph.push(' ');
        }
    }
    found.retain(|paragraph| !paragraph.is_empty() && paragraph != " ");
    found
}

/// Ends of sentences: a full stop, question or exclamation mark before white space.
fn sentences(paragraph: &str) -> usize {
    let marks = paragraph
        .char_indices()
        .filter(|(_, mark)| matches!(mark, '.' | '?' | '!'));
    let ends = marks.filter(|(at, _)| paragraph[at + 1..].starts_with([' ', '"', ')', '*']));
    ends.count()
}

#[test]
fn sentences_are_counted() {
    let text = "One. Two? (Three!) Version 1.2 of `a.rs`.\n\n- item. Next.\n- other";
    let counts: Vec<usize> = paragraphs(text).iter().map(|paragraph| sentences(paragraph)).collect();
    assert_eq!(counts, [4, 2, 0]);
}
