//! An import ends with the same products, numbers, report and one mail, whatever interrupts it.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use domain::catalog::import::ImportOutcome;
use domain::catalog::import::job::FileRange;
use domain::catalog::import::range::{PROGRESS_EVERY_MAX, PROGRESS_FIRST};
use domain::catalog::import::writes::ROWS_IN_FLIGHT_MAX;
use domain::catalog::ports::CatalogImportEnd;
use domain::ports::{Clock, SendState};
use domain::uploads::upload::UploadStatus;
use domain::values::ImportCounts;

use super::shop::Shop;

const HEADER: &str = "sku,name,description,price,currency,stock\n";

/// Every hundredth row is rejected, and every tenth SKU comes again further down.
fn large_file(rows: u64) -> String {
    let mut file = HEADER.to_owned();
    for row in 1..=rows {
        let price = if row % 100 == 0 { "free" } else { "1.00" };
        writeln!(file, "S{},\"row {row}\",,{price},EUR,{row}", row % (rows - rows / 10)).unwrap();
    }
    file
}

fn sent(shop: &Shop) -> usize {
    shop.mails().len()
}

fn send_state(shop: &Shop) -> Option<SendState> {
    shop.memory.look(|tables| tables.sends.get("import/up-1-7").copied())
}

fn reports_begun(shop: &Shop) -> usize {
    shop.memory.calls_of("reports.finish")
}

async fn done(shop: &Shop) -> ImportCounts {
    match shop.import().await {
        Ok(ImportOutcome::Done(counts)) => counts,
        other => panic!("the import is done, got {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_becomes_products_numbers_a_report_and_a_mail() {
    let file = large_file(5_000);
    let shop = Shop::with_file(file.as_str()).await;
    let bytes = file.len() as u64;
    let counts = done(&shop).await;
    let expected = ImportCounts {
        rows_read: 5_000,
        rows_written: 4_950,
        rows_rejected: 50,
        bytes_read: bytes,
        bytes_total: bytes,
    };
    assert_eq!(counts, expected);
    assert_eq!(shop.report_text().lines().count(), 51);
    assert!(
        shop.report_text()
            .lines()
            .any(|line| line.starts_with("101,\"price: the price is not a number"))
    );
    let mails = shop.mails();
    let [mail] = mails.as_slice() else { panic!("one mail") };
    assert_eq!(mail.to.reveal(), "olga@example.test");
    assert_eq!(mail.subject, "Your catalog spring <1>.csv was partly imported");
    assert!(
        mail.text.contains("spring <1>.csv was partly imported")
            && mail.text.contains("read: 5000, written: 4950, rejected: 50")
            && mail.text.contains("GET /uploads/up-1"),
        "{}",
        mail.text
    );
    assert!(
        mail.html.contains("spring &lt;1&gt;.csv") && !mail.html.contains("<1>"),
        "{}",
        mail.html
    );
    assert_eq!(send_state(&shop), Some(SendState::Sent));
}

#[tokio::test(start_paused = true)]
async fn progress_is_recorded_from_time_to_time_and_only_grows() {
    let shop = Shop::with_file(large_file(5_000)).await;
    shop.table.write_takes_ms.store(200, Ordering::SeqCst);
    let began = shop.time.now();
    done(&shop).await;
    let took = shop.time.now().unix_ms() - began.unix_ms();
    let shown = shop.shown();
    let checkpoints = i64::try_from(shown.len()).unwrap();
    let [first, longest] = [PROGRESS_FIRST, PROGRESS_EVERY_MAX].map(|pause| i64::try_from(pause.as_millis()).unwrap());
    // Doubling pauses, and one that stays.
    assert!(
        checkpoints > 3 && checkpoints <= 6 + took / longest,
        "{checkpoints} in {took} ms"
    );
    assert!(took > 4 * first, "{took} ms");
    for pair in shown.windows(2) {
        assert!(pair[0].bytes_read < pair[1].bytes_read && pair[0].rows_written < pair[1].rows_written);
    }
    assert!(
        shown
            .iter()
            .all(|counts| counts.rows_written + counts.rows_rejected == counts.rows_read)
    );
}

#[tokio::test(start_paused = true)]
async fn rows_are_written_side_by_side() {
    let shop = Shop::with_file(large_file(500)).await;
    done(&shop).await;
    let in_flight = shop.table.in_flight_max.load(Ordering::SeqCst);
    assert!((2..=ROWS_IN_FLIGHT_MAX).contains(&in_flight), "{in_flight}");
}

#[tokio::test(start_paused = true)]
async fn the_last_row_of_a_sku_wins() {
    let mut file = HEADER.to_owned();
    for stock in 1..=99 {
        writeln!(file, "A,a,{},1,EUR,{stock}", "x".repeat(stock % 2)).unwrap();
    }
    let shop = Shop::with_file(file).await;
    assert_eq!(done(&shop).await.rows_written, 99);
    assert_eq!(shop.stock("A"), Some(99));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_event_changes_nothing_and_sends_nothing() {
    let shop = Shop::with_file(large_file(500)).await;
    done(&shop).await;
    let before = shop.effects();
    assert_eq!(shop.import().await.unwrap(), ImportOutcome::FinishedBefore);
    assert_eq!(shop.effects(), before);
    assert_eq!(sent(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn a_whole_run_repeated_from_the_start_has_the_effect_of_one() {
    let shop = Shop::with_file(large_file(500)).await;
    let counts = done(&shop).await;
    let before = shop.effects();
    // As after a death before anything was noted.
    shop.change_upload(|row| {
        row.upload.status = UploadStatus::Processing;
        row.ranges.clear();
    });
    assert_eq!(done(&shop).await, counts);
    assert_eq!(shop.effects(), before);
    assert_eq!(sent(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_the_middle_is_returned_and_made_good_by_the_next_run() {
    let undisturbed = Shop::with_file(large_file(500)).await;
    let counts = done(&undisturbed).await;
    for (calls, operation) in [(200, "products.apply"), (3, "catalogs.next")] {
        let shop = Shop::with_file(large_file(500)).await;
        shop.memory.refuse_after(calls, operation);
        assert!(shop.import().await.unwrap_err().transient);
        let (products, report, end) = shop.effects();
        assert!(!products.is_empty(), "it failed in the middle");
        assert_eq!((report, end, sent(&shop)), (None, None, 0));
        assert_eq!(done(&shop).await, counts);
        assert_eq!(shop.effects(), undisturbed.effects());
        assert_eq!(sent(&shop), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_death_between_the_end_and_the_mail_costs_no_mail() {
    let shop = Shop::with_file(large_file(50)).await;
    shop.memory.lose_answer("imports.finish");
    assert!(shop.import().await.is_err());
    assert_eq!(sent(&shop), 0);
    for _ in 0..2 {
        assert_eq!(shop.import().await.unwrap(), ImportOutcome::FinishedBefore);
        assert_eq!(sent(&shop), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_was_not_taken_is_sent_by_the_next_run() {
    let shop = Shop::with_file(large_file(50)).await;
    shop.memory.refuse_next("mail.send");
    assert!(shop.import().await.unwrap_err().transient);
    assert_eq!(sent(&shop), 0);
    assert_eq!(shop.import().await.unwrap(), ImportOutcome::FinishedBefore);
    assert_eq!(sent(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_may_have_been_sent_is_not_sent_again() {
    let shop = Shop::with_file(large_file(50)).await;
    shop.memory.lose_answer("mail.send");
    done(&shop).await;
    assert_eq!(shop.import().await.unwrap(), ImportOutcome::FinishedBefore);
    assert_eq!(sent(&shop), 1);
    assert_eq!(send_state(&shop), Some(SendState::Ambiguous));

    let shop = Shop::with_file(large_file(50)).await;
    let claimed = ("import/up-1-7".to_owned(), SendState::Claimed);
    shop.memory.change(|tables| tables.sends.extend([claimed]));
    done(&shop).await;
    assert_eq!(sent(&shop), 0, "its claimant may have died behind the send");
}

#[tokio::test(start_paused = true)]
async fn an_unusable_file_is_rejected_with_its_reason() {
    let shop = Shop::with_file("sku,name\nA,a\n").await;
    let reason = "the header lacks description, price, currency, stock; it has sku, name";
    for _ in 0..2 {
        shop.change_upload(|row| row.upload.status = UploadStatus::Processing);
        assert_eq!(
            shop.import().await.unwrap(),
            ImportOutcome::Rejected {
                reason: reason.to_owned()
            }
        );
    }
    assert_eq!(
        shop.end(),
        Some(CatalogImportEnd::Rejected {
            reason: reason.to_owned()
        })
    );
    let mails = shop.mails();
    let [mail] = mails.as_slice() else { panic!("one mail") };
    assert_eq!(mail.subject, "Your catalog spring <1>.csv was not imported");
    assert!(mail.text.contains(reason) && mail.html.contains(reason));
    assert_eq!(reports_begun(&shop), 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_file_is_rejected_and_one_without_rows_is_done() {
    let outcome = Shop::with_file("").await.import().await.unwrap();
    assert_eq!(
        outcome,
        ImportOutcome::Rejected {
            reason: "the file is empty".to_owned()
        }
    );
    let counts = done(&Shop::with_file(HEADER).await).await;
    assert_eq!((counts.rows_read, counts.percent()), (0, 100));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_file_is_rejected_and_its_uploader_gets_a_mail() {
    let shop = Shop::with_file("").await;
    shop.delete_file();
    let outcome = shop.import().await.unwrap();
    assert!(matches!(outcome, ImportOutcome::Rejected { reason } if reason.contains("deleted")));
    assert!(matches!(shop.end(), Some(CatalogImportEnd::Rejected { reason }) if reason.contains("deleted")));
    assert_eq!(sent(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_copied_in_by_hand_has_no_mail() {
    let shop = Shop::with_file_copied_in(large_file(50), u64::MAX, u64::MAX);
    done(&shop).await;
    assert_eq!(sent(&shop), 0);
    assert!(shop.memory.look(|tables| tables.sends.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn columns_that_are_ignored_are_named() {
    let file = HEADER.replace("stock", "stock,<colour>,size") + "A,a,,1,EUR,1,red,L\n";
    let shop = Shop::with_file(file).await;
    done(&shop).await;
    let Some(CatalogImportEnd::Done { unknown_columns, .. }) = shop.end() else {
        panic!("done")
    };
    assert_eq!(unknown_columns, ["<colour>", "size"]);
    let mail = &shop.mails()[0];
    assert!(mail.text.contains("Columns that were ignored: <colour>, size."));
    assert!(mail.html.contains("Columns that were ignored: &lt;colour&gt;, size."));
    assert_eq!(reports_begun(&shop), 0, "no rejected row, no file");
}

#[tokio::test(start_paused = true)]
async fn the_subject_says_whether_rows_were_written() {
    let valid = "A,a,,1,EUR,1\n";
    for (rows, subject, sentence) in [
        (valid, "was imported", "rejected: 0."),
        ("A,a,,,EUR,1\nB,b,,1,EUR,1\n", "was partly imported", "has a link to it"),
        ("A,a,,,EUR,1\n", "was not imported", "has a link to it"),
        ("", "was not imported", "no rows below its header"),
    ] {
        let shop = Shop::with_file(format!("{HEADER}{rows}")).await;
        done(&shop).await;
        let mail = &shop.mails()[0];
        assert_eq!(mail.subject, format!("Your catalog spring <1>.csv {subject}"));
        assert!(
            mail.text.contains(sentence) && mail.html.contains(sentence),
            "{}",
            mail.text
        );
    }
}

#[tokio::test(start_paused = true)]
async fn column_names_add_no_lines_to_a_mail_and_no_more_than_some_names() {
    let column = "\"x\nRows read: 9\u{2028}y\"";
    let file = HEADER.replace("stock", &format!("stock,{column}{}", ",many".repeat(100))) + "A,a,,1,EUR,1\n";
    let shop = Shop::with_file(file).await;
    done(&shop).await;
    let mail = &shop.mails()[0];
    assert!(
        mail.text.contains("ignored: x<U+000A>Rows read: 9<U+2028>y, many,"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("and 81 more."), "{}", mail.text);
    assert_eq!(mail.text.matches("\nRows read").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_numbers_of_an_import_whose_mail_failed_are_reported() {
    let shop = Shop::with_file(large_file(50)).await;
    let whole = FileRange::whole(&shop.object());
    shop.change_upload(|row| row.upload.status = UploadStatus::Processing);
    shop.ingest_to_the_end(&whole).await;
    shop.memory.refuse_next("mail.send");
    let attempt = shop.finisher().run(&shop.job(), 1).await.unwrap();
    assert!(matches!(attempt.outcome, ImportOutcome::Done(counts) if counts.rows_written == 50));
    assert!(attempt.mail.unwrap_err().transient);
    let attempt = shop.finisher().run(&shop.job(), 1).await.unwrap();
    assert_eq!(attempt.outcome, ImportOutcome::FinishedBefore);
    assert_eq!((attempt.mail.is_ok(), sent(&shop)), (true, 1));
}
