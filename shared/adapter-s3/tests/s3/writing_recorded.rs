//! Tests the requests that write objects, and the clean-up of reports that cannot be written.

use adapter_s3::files::S3RejectedRowsFiles;
use adapter_s3::object_writer::PART_BYTES;
use adapter_s3::photos::S3ThumbnailStore;
use domain::catalog::ports::{FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::thumbnails::ports::{Thumbnail, ThumbnailFormat, ThumbnailStore};
use domain::values::UploadId;
use lambda::sdk::ATTEMPTS_MAX;

use crate::recorded::{Answer, Recorded, Sent, refused, success};

const KEY: &str = "/reports/0190-a/rejected.csv";
const BEGIN: &str = "POST /reports/0190-a/rejected.csv?uploads";
const COMPLETE: &str = "POST /reports/0190-a/rejected.csv?uploadId=u1";
const ABORT: &str = "DELETE /reports/0190-a/rejected.csv?x-id=AbortMultipartUpload&uploadId=u1";

fn part(number: usize) -> String {
    format!("PUT {KEY}?x-id=UploadPart&partNumber={number}&uploadId=u1")
}

/// The answers of S3 without any failure.
fn well(sent: &Sent) -> Answer {
    match sent.line.as_str() {
        BEGIN => success("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"),
        COMPLETE => success("<CompleteMultipartUploadResult><ETag>all</ETag></CompleteMultipartUploadResult>"),
        line => success("").header("etag", format!("\"{}\"", line.len())),
    }
}

fn last(sent: &[Sent]) -> &Sent {
    sent.last().unwrap()
}

async fn sink(recorded: &Recorded) -> Box<dyn FileSink> {
    let reports = S3RejectedRowsFiles {
        bucket: recorded.bucket.clone(),
    };
    reports.create(&UploadId::parse("0190-a").unwrap()).await.unwrap()
}

/// Writes one and a half parts.
async fn report(recorded: &Recorded) -> Result<(), PortFailure> {
    let mut sink = sink(recorded).await;
    sink.write(&vec![b'x'; PART_BYTES + PART_BYTES / 2]).await?;
    sink.finish().await
}

fn without_repetitions(mut lines: Vec<String>) -> Vec<String> {
    lines.dedup();
    lines
}

#[tokio::test]
async fn a_short_report_is_one_request() {
    let recorded = Recorded::new(|sent| well(last(sent)));
    let mut sink = sink(&recorded).await;
    sink.write(b"line,reason\n").await.unwrap();
    sink.write(b"2,no price\n").await.unwrap();
    assert_eq!(recorded.lines(), Vec::<String>::new(), "not finished, not visible");
    sink.finish().await.unwrap();
    let sent = recorded.sent();
    assert_eq!(recorded.lines(), [format!("PUT {KEY}?x-id=PutObject")]);
    assert_eq!(sent[0].header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(sent[0].body, b"line,reason\n2,no price\n");
    let names = sent[0].header_names();
    assert!(!names.iter().any(|name| name.contains("checksum")), "{names:?}");
}

#[tokio::test]
async fn a_long_report_is_sent_in_parts_and_completed_with_all_of_them() {
    let recorded = Recorded::new(|sent| well(last(sent)));
    report(&recorded).await.unwrap();
    assert_eq!(
        recorded.lines(),
        [BEGIN.to_owned(), part(1), part(2), COMPLETE.to_owned()]
    );
    let sent = recorded.sent();
    assert_eq!(sent[0].header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!((sent[1].body.len(), sent[2].body.len()), (PART_BYTES, PART_BYTES / 2));
    let completed = String::from_utf8(sent[3].body.clone()).unwrap();
    for number in [1, 2] {
        let e_tag = part(number).len();
        assert!(
            completed.contains(&format!("<PartNumber>{number}</PartNumber>")),
            "{completed}"
        );
        assert!(
            completed.contains(&format!("<ETag>&quot;{e_tag}&quot;</ETag>")),
            "{completed}"
        );
    }
}

#[tokio::test]
async fn a_report_of_exactly_one_part_has_no_empty_second_one() {
    let recorded = Recorded::new(|sent| well(last(sent)));
    let mut sink = sink(&recorded).await;
    sink.write(&vec![b'x'; PART_BYTES]).await.unwrap();
    sink.finish().await.unwrap();
    assert_eq!(recorded.lines(), [BEGIN.to_owned(), part(1), COMPLETE.to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_cannot_be_sent_aborts_the_report() {
    for lost in [|| refused(503, "SlowDown"), || Answer::Dropped] {
        let recorded = Recorded::new(move |sent| match last(sent) {
            sent if sent.line == part(2) => lost(),
            sent => well(sent),
        });
        let mut sink = sink(&recorded).await;
        sink.write(&vec![b'x'; PART_BYTES]).await.unwrap();
        let failure = sink.write(&vec![b'x'; PART_BYTES]).await.unwrap_err();
        assert!(failure.transient, "{failure:?}");
        let lines = recorded.lines();
        assert_eq!(
            lines.iter().filter(|line| **line == part(2)).count(),
            ATTEMPTS_MAX as usize
        );
        assert_eq!(
            without_repetitions(lines),
            [BEGIN.to_owned(), part(1), part(2), ABORT.to_owned()]
        );

        let before = recorded.sent().len();
        let failure = sink.write(&vec![b'x'; PART_BYTES]).await.unwrap_err();
        assert!(!failure.transient, "writing more parts does not close the gap");
        assert!(sink.finish().await.is_err());
        assert_eq!(recorded.sent().len(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_part_is_sent_again() {
    let recorded = Recorded::new(|sent| match sent.len() {
        2 => refused(503, "SlowDown"),
        _ => well(last(sent)),
    });
    report(&recorded).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(sent[1].line, sent[2].line);
    assert!(sent[1].body == sent[2].body);
}

#[tokio::test]
async fn a_refused_part_aborts_the_report_at_once() {
    let recorded = Recorded::new(move |sent| match last(sent) {
        sent if sent.line == part(1) => refused(403, "AccessDenied"),
        sent => well(sent),
    });
    let failure = report(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(recorded.lines(), [BEGIN.to_owned(), part(1), ABORT.to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn a_completion_with_a_lost_answer_is_a_success() {
    let recorded = Recorded::new(|sent| match last(sent) {
        last if last.line != COMPLETE => well(last),
        _ if sent.len() == 4 => Answer::Dropped,
        _ => refused(404, "NoSuchUpload"),
    });
    report(&recorded).await.unwrap();
    assert_eq!(
        without_repetitions(recorded.lines()).last().unwrap(),
        COMPLETE,
        "and nothing is aborted"
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>: S3 starts its answer
/// before it knows the result.
#[tokio::test(start_paused = true)]
async fn a_completion_that_fails_with_a_success_status_is_a_transient_failure() {
    let recorded = Recorded::new(|sent| match last(sent) {
        sent if sent.line == COMPLETE => refused(200, "InternalError"),
        sent => well(sent),
    });
    let failure = report(&recorded).await.unwrap_err();
    assert!(failure.transient, "{failure:?}");
    let lines = recorded.lines();
    assert_eq!(
        lines.iter().filter(|line| *line == COMPLETE).count(),
        ATTEMPTS_MAX as usize
    );
    assert_eq!(lines.last().unwrap(), ABORT);
}

#[tokio::test]
async fn an_unfinished_report_leaves_no_parts() {
    let recorded = Recorded::new(|sent| well(last(sent)));
    let mut sink = sink(&recorded).await;
    sink.write(&vec![b'x'; PART_BYTES]).await.unwrap();
    drop(sink);
    while recorded.sent().len() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(recorded.lines(), [BEGIN.to_owned(), part(1), ABORT.to_owned()]);
}

#[tokio::test]
async fn a_thumbnail_has_its_content_type_and_is_immutable() {
    let recorded = Recorded::new(|sent| well(last(sent)));
    let thumbnails = S3ThumbnailStore {
        bucket: recorded.bucket.clone(),
    };
    let thumbnail = Thumbnail {
        size_px: 128,
        width_px: 128,
        height_px: 96,
        format: ThumbnailFormat::Png,
        bytes: b"\x89PNG".to_vec(),
    };
    thumbnails.put("MUG-01/0190-a/128.png", &thumbnail).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(recorded.lines(), ["PUT /MUG-01/0190-a/128.png?x-id=PutObject"]);
    assert_eq!(sent[0].header("content-type"), Some("image/png"));
    assert_eq!(
        sent[0].header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(sent[0].body, b"\x89PNG");
}

#[tokio::test(start_paused = true)]
async fn a_busy_bucket_is_a_transient_failure() {
    let recorded = Recorded::new(|_| refused(503, "SlowDown"));
    let mut sink = sink(&recorded).await;
    sink.write(b"line,reason\n").await.unwrap();
    let failure = sink.finish().await.unwrap_err();
    assert!(failure.transient, "{failure:?}");
    assert_eq!(recorded.sent().len(), ATTEMPTS_MAX as usize);
}
