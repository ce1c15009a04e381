//! Rows that are misplaced, blank or damaged: each is rejected with its lines or skipped, and none takes others along.

use super::tests::{HEADER, fault, read, rows};
use super::*;

const TEXT_BEHIND: &str = "has text behind a closing quote; a quote within a quoted field is written twice";
const IN_FIELD: &str = "has a quote within a field that does not begin with one; put the field in quotes, and write each \
                        quote in it twice";

#[test]
fn a_stray_opening_quote_rejects_the_lines_that_it_covers_and_no_others() {
    let rows = rows("A,\"Cup,x,1,EUR,1\nB,\"Cup\",\"words\",1,EUR,1\nC,\"Cup\",\"words\",1,EUR,1\n");
    assert_eq!(
        rows,
        [
            format!("2@42: line 3 {TEXT_BEHIND}; the row covers the lines 2 to 3"),
            "4@83 C|Cup|words|1.00 EUR|1".to_owned(),
        ]
    );
}

#[test]
fn a_misplaced_quote_rejects_its_row_wherever_it_stands() {
    for (row, expected) in [
        (r#"A,"12\" plate","a \"b\" c",1,EUR,1"#, TEXT_BEHIND),
        (r#"A,"a"b,,1,EUR,1"#, TEXT_BEHIND),
        (r#"A,"a" ,,1,EUR,1"#, TEXT_BEHIND),
        (r#"A,a,,1,EUR,"1"1"#, TEXT_BEHIND),
        (r#"A,12" plate,,1,EUR,1"#, IN_FIELD),
        (r#"A, "a",,1,EUR,1"#, IN_FIELD),
        (r#"A,a,,1,EUR,1""#, IN_FIELD),
    ] {
        for end in ["", "\n", "\r", "\r\n"] {
            assert_eq!(fault(&format!("{row}{end}")), format!("line 2 {expected}"), "{row:?}");
        }
    }
    let header = HEADER.replace("stock", "stock,note");
    let ignored = read(format!("{header}A,a,,1,EUR,1,12\" x\nB,b,,1,EUR,1,\n")).unwrap();
    assert_eq!(
        ignored,
        [format!("2@47: line 2 {IN_FIELD}"), "3@66 B|b||1.00 EUR|1".to_owned()]
    );
}

#[test]
fn a_quote_that_is_never_closed_names_where_it_opens_and_how_far_it_reaches() {
    let open = |line| format!("the quote that opens on line {line} is not closed before the end of the file");
    let reaches = "; the row covers the lines 2 to 3";
    assert_eq!(fault("A,\"a,,1,EUR,1\nB,b,,1,EUR,1\n"), open(2) + reaches);
    assert_eq!(
        fault("A,\"a\r\n\",\"b\r\nB,b,,1,EUR,1"),
        open(3) + "; the row covers the lines 2 to 4"
    );
    assert_eq!(fault("A,a,,1,EUR,\""), open(2));
    assert_eq!(fault("A,a,,1,EUR,\"1\"\"\r"), open(2));
    let lines = format!("A,\"{}", "x\n".repeat(100_000));
    assert_eq!(
        fault(&lines),
        format!(
            "the row is longer than 65536 bytes; {}; the row covers the lines 2 to 100001",
            open(2)
        )
    );
}

#[test]
fn blank_rows_of_every_form_are_skipped_and_their_lines_counted() {
    let blank = [
        ",,,,,",
        "  ",
        "\t, ,\u{a0},,,",
        "\"\",\" \",,,,",
        "\u{1a}",
        "\0\0\0",
        "\u{feff}",
        "\u{200b},",
        ",,,,,,,,,,",
        &",".repeat(999),
        &" ".repeat(70_000),
        "\"\n\r\n\",,,,,",
    ];
    for row in blank {
        let body = format!("{row}\nA,a,,1,EUR,1\n{row}\n{row}\nB,b,,1,EUR,1\n{row}");
        let lines: Vec<String> = rows(&body)
            .iter()
            .map(|row| row.replace('@', " ").split(' ').take(3).collect::<Vec<_>>().join(" "))
            .collect();
        let inner = row.matches('\n').count();
        let (first, second) = (3 + inner, 6 + 3 * inner);
        let begin = |line: usize, before: usize| format!("{line} {}", 42 + before);
        let (a, b) = (row.len() + 1, 3 * (row.len() + 1) + 13);
        assert_eq!(
            lines,
            [
                format!("{} A|a||1.00", begin(first, a)),
                format!("{} B|b||1.00", begin(second, b))
            ],
            "{row:?}"
        );
        let before_header = read(format!("{row}\n{HEADER}A,a,,1,EUR,1\n")).unwrap();
        assert_eq!(before_header.len(), 1, "{row:?}");
        assert_eq!(read(row), Err(HeaderFault::EmptyFile), "{row:?}");
    }
    for row in ["x", "\"", "\u{1}", ",,,,,0", ",\u{fffd}"] {
        assert_eq!(rows(&format!("{row}\n")).len(), 1, "{row:?}");
    }
    assert_eq!(rows(&format!("{}x\n", ",".repeat(999))).len(), 1);
}

#[test]
fn a_row_may_lack_ignored_cells_at_its_end_and_have_blank_ones_too_many() {
    let header = HEADER.replace("stock", "stock,note,note");
    let file =
        format!("{header}A,a,,1,EUR,1\nB,b,,1,EUR,1,\nC,c,,1,EUR,1,x,y, ,\"\",\nD,d,,1,EUR\nE,e,,1,EUR,1,x,y,z\n");
    let rows = read(file).unwrap();
    assert_eq!(
        rows,
        [
            "2@52 A|a||1.00 EUR|1",
            "3@65 B|b||1.00 EUR|1",
            "4@79 C|c||1.00 EUR|1",
            "5@102: the row has 5 fields and the header 8",
            "6@113: the row has 9 fields and the header 8; a text with a comma in it must stand in quotes",
        ]
    );
    assert_eq!(
        fault(&format!("A,a,,1,EUR,1{}x", ",".repeat(999))),
        "the row has 1005 fields and the header 6; a text with a comma in it must stand in quotes"
    );
}

#[test]
fn blanks_around_numbers_and_zeros_behind_them_mean_nothing() {
    let rows =
        rows("A,a,, 12.5\t,\u{a0}EUR ,\"7 \"\nB,b,,1200.00,JPY, 1 \nC,c,,1.50000,EUR,1\u{1a}\nD, d ,  x ,1,EUR,1\n");
    let values: Vec<&str> = rows.iter().map(|row| row.split_once(' ').unwrap().1).collect();
    assert_eq!(
        values,
        [
            "A|a||12.50 EUR|7",
            "B|b||1200 JPY|1",
            "C|c||1.50 EUR|1",
            "D| d |  x |1.00 EUR|1"
        ]
    );
}

#[test]
fn texts_with_characters_that_nobody_sees_are_rejected_with_the_code_point() {
    for (row, expected) in [
        (
            "\u{feff}A,a,,1,EUR,1",
            "sku: the sku has the character <U+FEFF>, which a sku cannot have",
        ),
        (
            "A\u{200b},a,,1,EUR,1",
            "sku: the sku has the character <U+200B>, which a sku cannot have",
        ),
        (
            "A\u{202e}B,a,,1,EUR,1",
            "sku: the sku has the character <U+202E>, which a sku cannot have",
        ),
        (
            "A\tB,a,,1,EUR,1",
            "sku: the sku has the character <U+0009>, which a sku cannot have",
        ),
        (
            "\u{fffd}A,a,,1,EUR,1",
            "sku: the sku has the character <U+FFFD>, which a sku cannot have",
        ),
        (
            "A,a\u{7}b,,1,EUR,1",
            "name: the text has the control character <U+0007>; remove it",
        ),
        (
            "A,\"a\nb\",,1,EUR,1",
            "name: the text has the control character <U+000A>; remove it",
        ),
        (
            "A,a\u{85}b,,1,EUR,1",
            "name: the text has the control character <U+0085>; remove it",
        ),
        (
            "A,K\u{fffd}se,,1,EUR,1",
            "name: the text has <U+FFFD> in the place of a character that was lost; type the character again",
        ),
        (
            "A,a,b\0,1,EUR,1",
            "description: the text has the control character <U+0000>; remove it",
        ),
        ("A,\u{200b},,1,EUR,1", "name: the name is empty"),
    ] {
        assert_eq!(fault(row), expected, "{row:?}");
    }
    for row in [
        "A,שלום\u{200f},\"a\tb\r\nc\",1,EUR,1\n",
        "A,❤\u{fe0f} ©é,，，,1,EUR,1\n",
    ] {
        assert!(!rows(row)[0].contains(": "), "{row:?}");
    }
}
