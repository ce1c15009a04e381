//! Writes the cells of a report of rejected rows so that spreadsheets run no formula in them, and reads a report that
//! comes back as a catalog.
//!
//! A spreadsheet takes a cell for a formula by its first character, and it may divide the text of the report elsewhere
//! than this shop does: at semicolons, tabs or line ends. So an apostrophe, the *guard*, goes in front of every part
//! that would begin a formula. A report that comes back is known by the name of one of its columns; its guards are
//! removed, and the columns that it has beside those of the catalog. No other file is changed.

use std::borrow::Cow;

use super::record::{Fields, REPORT_COLUMNS_COUNT, Record};
use crate::values::text::{is_blank, trim_blank};

/// The columns in front of those of the catalog.
pub const REPORT_COLUMNS: [&str; REPORT_COLUMNS_COUNT] = ["line", "reason", REPORT_MARK];
/// By this column an import knows a report. A program that saves the report in another encoding than UTF-8 replaces
/// the check mark, and with it other characters: such a file is refused.
pub const REPORT_MARK: &str = "popshop report \u{2713}";
/// Of the mark, what every encoding has.
const REPORT_MARK_ASCII: &str = "popshop report";
/// In front of the SKU of a row in which fields or quotes are misplaced. No import accepts it, so the row has no effect
/// before somebody has corrected it.
pub const MISPLACED_MARK: char = crate::values::text::REPLACEMENT_CHARACTER;

const GUARD: char = '\'';
/// What begins a formula in Excel or `LibreOffice`, with the full-width forms that East Asian versions take for them.
const FORMULA_BEGINS: [char; 9] = [
    '=', '+', '-', '@', '\u{2212}', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// Whether a part of the text begins behind the character, for some program.
fn is_separator(character: char) -> bool {
    matches!(
        character,
        ',' | ';' | '\t' | '|' | '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Where the parts of a cell begin that would begin a formula, whatever programs ignore before it. The cell itself is
/// one of them as well where it begins with a tab or a line end, which some programs cut off.
fn formula_parts(cell: &str) -> Vec<usize> {
    let is_ignored = |c: char| is_blank(c) || c.is_control() || matches!(c, '"' | GUARD);
    let mut parts = Vec::new();
    let mut formula_follows = false;
    for (place, character) in cell.char_indices().rev() {
        if formula_follows && is_separator(character) {
            parts.push(place + character.len_utf8());
        }
        if !is_ignored(character) {
            formula_follows = FORMULA_BEGINS.contains(&character);
        }
    }
    let mut ignored = cell.chars().take_while(|c| is_ignored(*c));
    if formula_follows || ignored.any(|c| matches!(c, '\t' | '\r' | '\n')) {
        parts.push(0);
    }
    parts.reverse();
    parts
}

/// A cell as the report has it.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    let parts = formula_parts(cell);
    if parts.is_empty() {
        return Cow::Borrowed(cell);
    }
    let mut text = String::with_capacity(cell.len() + parts.len());
    let mut copied = 0;
    for begin in parts {
        text.push_str(&cell[copied..begin]);
        text.push(GUARD);
        copied = begin;
    }
    text.push_str(&cell[copied..]);
    Cow::Owned(text)
}

/// A cell as the catalog had it. Guards are ignored where formulas are looked for, so the same parts are found.
fn unguarded(cell: &str) -> Cow<'_, str> {
    let mut parts = formula_parts(cell);
    parts.retain(|begin| cell[*begin..].starts_with(GUARD));
    if parts.is_empty() {
        return Cow::Borrowed(cell);
    }
    let mut text = String::with_capacity(cell.len());
    let mut copied = 0;
    for begin in parts {
        text.push_str(&cell[copied..begin]);
        copied = begin + GUARD.len_utf8();
    }
    text.push_str(&cell[copied..]);
    Cow::Owned(text)
}

/// The columns of a report's header that are not the catalog's; `None` for any other file.
pub(super) fn own_columns(names: &[&str]) -> Option<Vec<usize>> {
    let mark = names.iter().position(|name| *name == REPORT_MARK)?;
    let [line, reason, _] = REPORT_COLUMNS;
    let is_own = |place: &usize| *place == mark || [line, reason].contains(&names[*place]);
    Some((0..=mark).filter(is_own).collect())
}

/// Whether a report was saved in an encoding in which its text is damaged.
pub(super) fn is_damaged_mark(name: &str) -> bool {
    name.starts_with(REPORT_MARK_ASCII) && trim_blank(name) != REPORT_MARK
}

/// The records of a report, as the catalog had them.
#[derive(Default)]
pub(super) struct CatalogRecords {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl CatalogRecords {
    /// The record without the report's own columns and guards.
    pub(super) fn restore<'a>(&'a mut self, own: &[usize], record: &Record<'a>) -> Record<'a> {
        self.bytes.clear();
        self.ends.clear();
        let mut removed = 0;
        for (place, field) in record.fields().enumerate() {
            if own.contains(&place) {
                removed += 1;
                continue;
            }
            match std::str::from_utf8(field) {
                Ok(text) => self.bytes.extend_from_slice(unguarded(text).as_bytes()),
                Err(_) => self.bytes.extend_from_slice(field),
            }
            self.ends.push(self.bytes.len());
        }
        Record {
            bytes: &self.bytes,
            fields: Fields::Ends(&self.ends),
            field_count: record.field_count - removed,
            ..*record
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_guarded_cell_begins_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("-5", "'-5"),
            ("x;=HYPERLINK(1);y", "x;'=HYPERLINK(1);y"),
            ("x\n=1\r\n@SUM(A1)", "x\n'=1\r'\n'@SUM(A1)"),
            ("\0\0=1+1", "'\0\0=1+1"),
            ("\u{feff} \u{200b}+1", "'\u{feff} \u{200b}+1"),
            ("x;\"=1;", "x;'\"=1;"),
            ("\t1", "'\t1"),
            ("\t=1", "'\t'=1"),
            ("'=1", "''=1"),
            ("a|-b\u{2028}＝1", "a|'-b\u{2028}'＝1"),
        ] {
            assert_eq!(guarded(cell), expected, "{cell:?}");
        }
        for cell in ["", "Mug - blue", "12.50", "a;b", "'tis", "it's = fine", "a\r\nb", "; x"] {
            assert_eq!(guarded(cell), cell);
        }
    }

    #[test]
    fn every_guard_comes_off_again_and_nothing_else() {
        const MARKS: [&str; 14] = [
            "'", "=", "-", "\"", ";", ",", "\t", "\r", "\n", "|", "\0", "a", " ", "＠",
        ];
        let mut state = 1_u32;
        for _ in 0..20_000 {
            let mut cell = String::new();
            for _ in 0..state % 9 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                cell.push_str(MARKS[(state >> 16) as usize % MARKS.len()]);
            }
            state = state.wrapping_add(0x9e37_79b9);
            let safe = guarded(&cell).into_owned();
            assert_eq!(unguarded(&safe), cell, "{safe:?}");
            for part in safe.split(is_separator) {
                let begin = part.trim_start_matches(|c: char| is_blank(c) || c == '"');
                assert!(!begin.starts_with(FORMULA_BEGINS), "{safe:?}");
            }
        }
    }
}
