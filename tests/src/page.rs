//! Compares a committed page with the results of its test. With `UPDATE_DOCS=1`, the test writes the page instead.

use std::fs;

use crate::repository;

const UPDATE: &str = "UPDATE_DOCS";

/// The lines before and after the generated part of a page.
const BEGIN: &str = "<!-- generated, with UPDATE_DOCS=1, by the test named above: do not edit -->\n";
const END: &str = "<!-- end of the generated part -->";

/// Compares the whole file at `path` (from the root of the repository). Parts that `essence` removes may differ.
pub fn agrees(path: &str, found: &str, essence: impl Fn(&str) -> String) {
    let file = repository::root().join(path);
    if is_update() {
        fs::write(&file, found).unwrap();
        return;
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        essence(&committed) == essence(found),
        "{}",
        stale(path, &committed, found)
    );
}

/// Compares the generated part of the page at `path`. The text around it is written by hand.
pub fn part_agrees(path: &str, found: &str) {
    agrees_after(path, BEGIN, found);
}

/// The same of the part with this name, on a page that has several.
pub fn named_part_agrees(path: &str, name: &str, found: &str) {
    agrees_after(
        path,
        &format!("<!-- generated, with UPDATE_DOCS=1: {name}: do not edit -->\n"),
        found,
    );
}

fn agrees_after(path: &str, begin: &str, found: &str) {
    let file = repository::root().join(path);
    let committed = fs::read_to_string(&file).unwrap();
    let renewed =
        renewed(&committed, begin, found).unwrap_or_else(|| panic!("{path} has no place for what is generated"));
    if is_update() {
        fs::write(&file, renewed).unwrap();
        return;
    }
    assert!(committed == renewed, "{}", stale(path, &committed, &renewed));
}

fn renewed(page: &str, begin: &str, found: &str) -> Option<String> {
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n{found}\n{END}{after}"))
}

fn is_update() -> bool {
    std::env::var_os(UPDATE).is_some()
}

fn stale(path: &str, committed: &str, found: &str) -> String {
    let differs = committed.lines().zip(found.lines()).find(|(old, new)| old != new);
    let (old, new) = differs.unwrap_or(("", "(one is longer)"));
    format!(
        "{path} is stale: run this test with {UPDATE}=1 and review the change\n  committed: {old}\n  found:     {new}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_generated_part_of_a_page_is_renewed() {
        let page = format!("words\n{BEGIN}old\n{END}\nmore words\n");
        let expected = format!("words\n{BEGIN}\nnew\n{END}\nmore words\n");
        assert_eq!(renewed(&page, BEGIN, "new"), Some(expected));
        assert_eq!(renewed("words alone", BEGIN, "new"), None);
    }
}
