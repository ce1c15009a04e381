//! A divided import ends as one that was read in one go, whichever attempt reads what, how often and in which order.

use std::fmt::Write as _;
use std::time::Duration;

use domain::catalog::csv::{RecordReader, RecordStart};
use domain::catalog::import::ImportOutcome;
use domain::catalog::import::job::FileRange;
use domain::catalog::import::plan::{Plan, RANGES_MAX};
use domain::catalog::import::range::{DRAIN_MAX, RangeOutcome};
use domain::ports::Clock;
use domain::uploads::upload::UploadStatus;
use domain::values::{ImportCounts, Timestamp};
use futures_util::future::join_all;

use super::shop::{Effects, Shop, never, outcome};

const RANGE_BYTES: u64 = 5_000;

/// Line ends within quotes, rejected rows, the same SKU again and again in ranges far apart.
fn file(rows: u64) -> String {
    let mut file = "stock,name,description,price,currency,sku,colour\r\n".to_owned();
    for row in 1..=rows {
        let price = if row % 50 == 0 { "free" } else { "1.00" };
        let text = "line\n".repeat(usize::try_from(row % 7).unwrap());
        writeln!(
            file,
            "{row},\"row {row}\",\"{text}\"\"\",{price},EUR,S{},red",
            row % 300
        )
        .unwrap();
    }
    file
}

async fn in_one_go(file: &str) -> (Effects, ImportCounts) {
    let shop = Shop::with_file(file).await;
    match shop.import().await.unwrap() {
        ImportOutcome::Done(counts) => (shop.effects(), counts),
        other => panic!("done, got {other:?}"),
    }
}

async fn divided(file: &str) -> Shop {
    Shop::divided(file, RANGE_BYTES, RANGE_BYTES).await
}

async fn finish(shop: &Shop, ranges: &[FileRange]) -> ImportCounts {
    let ranges = u32::try_from(ranges.len()).unwrap();
    match shop.finish(ranges).await.unwrap() {
        ImportOutcome::Done(counts) => counts,
        other => panic!("done, got {other:?}"),
    }
}

/// Products, report and numbers are those of one go; what the upload showed on the way only grew, and ended there.
async fn assert_as_in_one_go(shop: &Shop, counts: ImportCounts, file: &str) {
    let (effects, expected) = in_one_go(file).await;
    assert_eq!(counts, expected);
    assert!(
        shop.effects() == effects,
        "products, report and end are those of one go"
    );
    let all = shop.shown();
    for pair in all.windows(2) {
        assert!(pair[0].bytes_read < pair[1].bytes_read && pair[0].rows_read <= pair[1].rows_read);
    }
    let shown = all.last().unwrap();
    let of_shown = (
        shown.rows_read,
        shown.rows_written,
        shown.rows_rejected,
        shown.bytes_read,
    );
    let of_end = (
        counts.rows_read,
        counts.rows_written,
        counts.rows_rejected,
        counts.bytes_read,
    );
    assert_eq!(of_shown, of_end, "every row was counted once");
    assert_eq!(shop.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_large_file_is_handed_over_undivided_and_a_small_one_is_not() {
    let text = file(1_000);
    let shop = divided(&text).await;
    for _ in 0..2 {
        assert_eq!(shop.import().await.unwrap(), ImportOutcome::HandedOver);
    }
    assert!(shop.effects().0.is_empty());
    assert_eq!(shop.memory.calls_of("imports.start"), 2);
    assert_eq!(shop.started(), [(shop.job(), None)], "handed over twice, started once");

    let shop = Shop::divided(text.as_str(), text.len() as u64, RANGE_BYTES).await;
    assert!(matches!(shop.import().await.unwrap(), ImportOutcome::Done(_)));
    assert_eq!(shop.started(), []);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_cut_between_records_and_nowhere_else() {
    for text in [
        file(2_000),
        file(1),
        file(2_000).replace('\n', "\r\n"),
        format!("\u{feff}{}", file(100)),
    ] {
        let shop = divided(&text).await;
        let ranges = shop.ranges().await;
        let mut starts = Vec::new();
        let mut records = RecordReader::new();
        let mut rest = text.as_bytes();
        while let Some(record) = records.next_record(&mut rest) {
            starts.push(RecordStart {
                byte_offset: record.byte_offset,
                line: record.line,
            });
        }
        let mut end = 0;
        for (index, range) in ranges.iter().enumerate() {
            assert_eq!(range.index as usize, index);
            assert_eq!(range.begin.byte_offset, end, "nothing twice, nothing left out");
            assert!(index == 0 || starts.contains(&range.begin), "{range:?}");
            end = range.end;
        }
        assert_eq!(end, text.len() as u64);
        let whole = ranges.len() - 1;
        assert!(
            ranges[..whole]
                .iter()
                .all(|range| range.end - range.begin.byte_offset >= RANGE_BYTES)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_ran_out_of_time_continues_where_it_stopped() {
    let text = file(20_000);
    let shop = divided(&text).await;
    let expected = shop.ranges().await;
    let (mut planned, mut attempts) = (Vec::new(), 0);
    let ranges = loop {
        attempts += 1;
        match shop.plan(planned, Timestamp::from_unix_ms(0)).await {
            Plan::Whole(ranges) => break ranges,
            Plan::Unfinished(further) => planned = further,
            other => panic!("the file can be divided, got {other:?}"),
        }
    };
    assert!(attempts > 5, "{attempts}");
    assert_eq!(ranges, expected);
}

#[tokio::test(start_paused = true)]
async fn a_file_of_any_size_has_a_bounded_number_of_ranges() {
    let text = file(20_000);
    let shop = Shop::divided(text.as_str(), 0, 1).await;
    let ranges = shop.ranges().await.len() as u64;
    assert!(ranges <= RANGES_MAX && ranges > RANGES_MAX / 2, "{ranges}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_divided_is_rejected_with_the_reason() {
    for (text, reason) in [("", "the file is empty"), ("sku,name\nA,a\n", "the header lacks")] {
        let shop = Shop::divided(text, 0, 1).await;
        assert_eq!(shop.plan(Vec::new(), never()).await, Plan::Unusable);
        let outcome = shop.finish(0).await.unwrap();
        assert!(
            matches!(&outcome, ImportOutcome::Rejected { reason: why } if why.contains(reason)),
            "{outcome:?}"
        );
    }
    let shop = divided("").await;
    shop.delete_file();
    assert_eq!(shop.plan(Vec::new(), never()).await, Plan::Gone);
    let outcome = shop.finish(0).await.unwrap();
    assert!(
        matches!(&outcome, ImportOutcome::Rejected { reason } if reason.contains("deleted")),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn ranges_in_reverse_and_each_of_them_twice_have_the_effect_of_one_go() {
    let text = file(2_000);
    let shop = divided(&text).await;
    let ranges = shop.ranges().await;
    assert!(ranges.len() > 10);
    for range in ranges.iter().rev().chain(&ranges) {
        shop.ingest_to_the_end(range).await;
    }
    let counts = finish(&shop, &ranges).await;
    let again = shop.finish(u32::try_from(ranges.len()).unwrap()).await.unwrap();
    assert_eq!(again, ImportOutcome::FinishedBefore, "its numbers are reported once");
    assert_as_in_one_go(&shop, counts, &text).await;
}

#[tokio::test(start_paused = true)]
async fn ranges_side_by_side_each_by_two_at_once_have_the_effect_of_one_go() {
    let text = file(2_000);
    let shop = divided(&text).await;
    let ranges = shop.ranges().await;
    let twice = ranges.iter().chain(&ranges);
    join_all(twice.map(|range| shop.ingest_to_the_end(range))).await;
    let counts = finish(&shop, &ranges).await;
    assert_as_in_one_go(&shop, counts, &text).await;
}

#[tokio::test(start_paused = true)]
async fn attempts_that_die_anywhere_have_the_effect_of_one_go() {
    let text = file(2_000);
    for writes_left in [0, 1, 100, 700, 1_500] {
        let shop = divided(&text).await;
        let ranges = shop.ranges().await;
        shop.memory.refuse_after(writes_left, "products.apply");
        for range in &ranges {
            shop.ingest_to_the_end(range).await;
        }
        let counts = finish(&shop, &ranges).await;
        assert_as_in_one_go(&shop, counts, &text).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_time_records_its_progress_and_the_next_continues_there() {
    let text = file(2_000);
    let shop = Shop::with_file(text.as_str()).await;
    let (mut attempts, mut reached) = (0, 0);
    let outcome = loop {
        attempts += 1;
        let stop_at = shop.time.now().plus(Duration::from_millis(300));
        let outcome = shop.import_until(stop_at, None).await.unwrap();
        let late = shop.time.now().unix_ms() - stop_at.unix_ms();
        assert!(u128::try_from(late).unwrap_or_default() <= DRAIN_MAX.as_millis());
        if outcome != ImportOutcome::HandedOver {
            break outcome;
        }
        let progress = shop.upload(|row| row.ranges[&(7, 0)].clone());
        assert!(progress.reached.byte_offset > reached && !progress.is_done);
        reached = progress.reached.byte_offset;
    };
    let ImportOutcome::Done(counts) = outcome else {
        panic!("done, got {outcome:?}")
    };
    assert!(attempts > 3, "{attempts}");
    assert_as_in_one_go(&shop, counts, &text).await;
    let whole = FileRange::whole(&shop.object());
    assert_eq!(shop.memory.calls_of("imports.start"), attempts - 1);
    assert_eq!(shop.started(), [(shop.job(), Some(vec![whole]))]);
}

#[tokio::test(start_paused = true)]
async fn an_end_before_every_range_was_read_is_refused() {
    let shop = divided(&file(2_000)).await;
    let ranges = shop.ranges().await;
    for range in &ranges[1..] {
        shop.ingest_to_the_end(range).await;
    }
    let ranges = u32::try_from(ranges.len()).unwrap();
    let failure = shop.finish(ranges).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(shop.end(), None);
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_of_the_file_takes_the_place_of_the_older_one() {
    let shop = Shop::with_file(file(500)).await;
    shop.import_until(never(), Some("A")).await.unwrap();
    let old_job = shop.job();
    let newer = file(500).replace("row 1", "new row 1");
    shop.replace_file(&newer);
    assert!(matches!(
        shop.import_until(never(), Some("10")).await.unwrap(),
        ImportOutcome::Done(_)
    ));
    assert_eq!(shop.mails().len(), 2, "one mail for each version");
    let before = shop.effects();

    // The older version's event again, and what was still on its way for it.
    assert_eq!(
        shop.import_until(never(), Some("A")).await.unwrap(),
        ImportOutcome::Superseded
    );
    shop.change_upload(|row| row.ranges.retain(|(sequence, _), _| *sequence != old_job.id.sequence));
    let whole = FileRange::whole(&old_job.object);
    let outcome = shop.ingest().run(&old_job, &whole, never()).await.unwrap();
    assert_eq!(outcome, RangeOutcome::Closed);
    assert!(shop.effects() == before);
    assert_eq!(shop.mails().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_deleted_half_way_is_rejected_and_one_that_was_read_is_done() {
    let text = file(2_000);
    for read in [1, usize::MAX] {
        let shop = divided(&text).await;
        let job = shop.job();
        let ranges = shop.ranges().await;
        for range in ranges.iter().take(read) {
            shop.ingest_to_the_end(range).await;
        }
        shop.delete_file();
        let outcome = shop.ingest().run(&job, &ranges[1], never()).await.unwrap();
        let finished = shop.finish(u32::try_from(ranges.len()).unwrap()).await.unwrap();
        match (outcome, finished) {
            (RangeOutcome::Gone, ImportOutcome::Rejected { reason }) => {
                assert!(read == 1 && reason.contains("deleted"));
            }
            (RangeOutcome::Done, ImportOutcome::Done(counts)) => assert!(read > 1 && counts.rows_read == 2_000),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_newer_version_replaces_is_reported_as_superseded() {
    let shop = Shop::with_file(file(500)).await;
    shop.import_until(never(), Some("A")).await.unwrap();
    // As if the older version were still being read when the newer one arrives.
    shop.change_upload(|row| row.upload.status = UploadStatus::Processing);
    let old_job = shop.job();
    shop.replace_file(file(10));
    shop.import_until(never(), Some("B")).await.unwrap();
    shop.memory.change(|tables| {
        tables.mails.clear();
        tables.sends.clear();
    });
    let end = shop.end();
    let superseded = shop.finisher().run(&old_job, 1).await.unwrap();
    assert_eq!(outcome(superseded).unwrap(), ImportOutcome::Superseded);
    assert_eq!(shop.end(), end);
    let mails = shop.mails();
    let [mail] = mails.as_slice() else { panic!("one mail") };
    assert_eq!(
        mail.subject,
        "Your catalog spring <1>.csv was superseded by a newer version"
    );
    assert!(
        mail.text.contains("A newer version of the file arrived"),
        "{}",
        mail.text
    );
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_delivery_that_finds_the_import_closed_is_not_called_superseded() {
    let shop = Shop::with_file(file(500)).await;
    let slow = shop.import();
    let quick = async {
        // Reads the same file at the same time and ends the import before the other one has recorded a checkpoint.
        shop.import().await.unwrap()
    };
    let (first, second) = tokio::join!(slow, quick);
    let outcomes = [first.unwrap(), second];
    let done = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, ImportOutcome::Done(_)));
    assert_eq!(done.count(), 1, "its numbers are reported once: {outcomes:?}");
    assert!(outcomes.contains(&ImportOutcome::FinishedBefore), "{outcomes:?}");
    assert_eq!(shop.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn blank_rows_before_the_header_are_part_of_the_first_range() {
    let text = format!("{}{}", ",,,,\n\r\n".repeat(2_000), file(1_000));
    let shop = divided(&text).await;
    let ranges = shop.ranges().await;
    assert!(ranges.len() > 5 && ranges[0].end > 14_000, "{ranges:?}");
    for range in &ranges {
        shop.ingest_to_the_end(range).await;
    }
    let counts = finish(&shop, &ranges).await;
    assert_as_in_one_go(&shop, counts, &text).await;
}
