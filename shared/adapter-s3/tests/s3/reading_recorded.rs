//! Tests that a range of an object is read exactly, and resumed after every kind of broken connection.

use std::error::Error;
use std::ops::Range;

use adapter_s3::files::S3CatalogFiles;
use adapter_s3::object_stream::RESUMPTIONS_MAX;
use adapter_s3::photos::S3PhotoStore;
use domain::catalog::ports::CatalogFiles;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{FetchedPhoto, PhotoStore};
use domain::values::PhotoKey;
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::anns_import;

use crate::recorded::{Answer, End, Recorded, Sent, body, refused, success};

const FILE: &[u8] = b"sku,name\n";
const OPENED: &str = "GET /catalogs/0190-a.csv?x-id=GetObject&versionId=v1";

/// The whole file, ignoring the requested range, in these pieces and with this end.
fn whole_file(pieces: &[&'static [u8]], end: End) -> Answer {
    success(body(pieces, end))
        .header("etag", "\"e1\"")
        .header("content-length", FILE.len().to_string())
}

/// These bytes of the file.
fn range(bytes: Range<usize>, pieces: &[&'static [u8]], end: End) -> Answer {
    let last = bytes.end - 1;
    success(body(pieces, end))
        .header("etag", "\"e1\"")
        .header("content-length", bytes.len().to_string())
        .header("content-range", format!("bytes {}-{last}/{}", bytes.start, FILE.len()))
}

/// The file from this byte on.
fn file_from(byte: usize, pieces: &[&'static [u8]], end: End) -> Answer {
    range(byte..FILE.len(), pieces, end)
}

async fn read_bytes(recorded: &Recorded, bytes: Range<u64>) -> Result<Option<Vec<u8>>, PortFailure> {
    let files = S3CatalogFiles {
        bucket: recorded.bucket.clone(),
    };
    let object = anns_import(Some("v1"), 9).object;
    let Some(mut stream) = files.open(&object, bytes).await? else {
        return Ok(None);
    };
    let mut read = Vec::new();
    while let Some(piece) = stream.next().await? {
        assert!(!piece.is_empty());
        read.extend(piece);
    }
    Ok(Some(read))
}

async fn read(recorded: &Recorded) -> Result<Option<Vec<u8>>, PortFailure> {
    read_bytes(recorded, 0..9).await
}

async fn fetch(recorded: &Recorded, limit_bytes: u64) -> Result<FetchedPhoto, PortFailure> {
    let photos = S3PhotoStore {
        bucket: recorded.bucket.clone(),
    };
    let key = PhotoKey::parse("photos/Tee + 50%/0190-a").unwrap();
    photos.fetch(&key, None, limit_bytes).await
}

fn text(failure: &PortFailure) -> String {
    failure.source().unwrap().to_string()
}

fn opened(sent: &Sent) -> (&str, Option<&str>, Option<&str>) {
    (&sent.line, sent.header("range"), sent.header("if-match"))
}

/// Asserts that the requests were for these ranges of the same version.
fn assert_resumed(recorded: &Recorded, ranges: [&str; 3], end: End) {
    let sent = recorded.sent();
    let sent: Vec<_> = sent.iter().map(opened).collect();
    let [first, second, third] = ranges.map(Some);
    let version = Some("\"e1\"");
    let expected = [
        (OPENED, first, None),
        (OPENED, second, version),
        (OPENED, third, version),
    ];
    assert_eq!(sent, expected, "{end:?}");
}

#[tokio::test]
async fn a_whole_file_takes_one_request_for_its_version() {
    let recorded = Recorded::new(|_| file_from(0, &[b"sku,", b"", b"name\n"], End::Proper));
    assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE);
    let sent = recorded.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(opened(&sent[0]), (OPENED, Some("bytes=0-8"), None));
    let names = sent[0].header_names();
    assert!(!names.iter().any(|name| name.contains("checksum")), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn a_broken_body_is_resumed_at_the_next_byte() {
    for end in [End::Broken, End::Proper, End::Stalled] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => file_from(0, &[b"sku"], end),
            2 => file_from(3, &[b",na"], end),
            _ => file_from(6, &[b"me\n"], End::Proper),
        });
        assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE, "{end:?}");
        assert_resumed(&recorded, ["bytes=0-8", "bytes=3-8", "bytes=6-8"], end);
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_is_resumed_within_its_bounds() {
    for end in [End::Broken, End::Proper, End::Stalled] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => range(2..7, &[b"u,"], end),
            2 => range(4..7, &[b"na"], end),
            _ => range(6..7, &[b"m"], End::Untouchable),
        });
        assert_eq!(
            read_bytes(&recorded, 2..7).await.unwrap().unwrap(),
            &FILE[2..7],
            "{end:?}"
        );
        assert_resumed(&recorded, ["bytes=2-6", "bytes=4-6", "bytes=6-6"], end);
    }
}

/// A server may send less than the requested range, or less than the rest of it.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_short_is_resumed() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => range(1..3, &[b"ku"], End::Proper),
        2 => range(3..4, &[b","], End::Proper),
        _ => range(4..7, &[b"nam"], End::Proper),
    });
    assert_eq!(read_bytes(&recorded, 1..7).await.unwrap().unwrap(), &FILE[1..7]);
    assert_eq!(recorded.sent().len(), 3);
}

#[tokio::test]
async fn an_empty_range_requests_one_byte_and_discards_it() {
    for bytes in [0..0, 4..4] {
        let begin = bytes.start;
        let recorded = Recorded::new(move |_| {
            let byte = usize::try_from(begin).unwrap();
            range(byte..byte + 1, &[], End::Untouchable)
        });
        assert_eq!(read_bytes(&recorded, bytes).await.unwrap().unwrap(), b"");
        let asked = recorded.sent()[0].header("range").map(str::to_owned);
        assert_eq!(asked, Some(format!("bytes={begin}-{begin}")));
    }
    let recorded = Recorded::new(|_| refused(404, "NoSuchVersion"));
    assert_eq!(read_bytes(&recorded, 0..0).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_always_breaks_is_a_transient_failure() {
    for end in [End::Broken, End::Proper, End::Stalled] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => file_from(0, &[b"sku"], end),
            _ => file_from(3, &[], end),
        });
        let failure = read(&recorded).await.unwrap_err();
        assert!(failure.transient, "{failure:?}");
        let expected = match end {
            End::Stalled => "no byte of the body arrived for 10 seconds",
            _ => "the body ended 6 bytes too early",
        };
        assert_eq!(text(&failure), expected);
        assert_eq!(recorded.sent().len(), 1 + RESUMPTIONS_MAX as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn progress_by_one_byte_resets_the_count_of_resumptions() {
    let recorded = Recorded::new(|sent| {
        let byte = sent.len() - 1;
        file_from(byte, &[&FILE[byte..=byte]], End::Broken)
    });
    assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE);
    assert_eq!(recorded.sent().len(), FILE.len());
    assert!(FILE.len() > 1 + RESUMPTIONS_MAX as usize);
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_two_objects_are_not_mixed() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        _ => refused(412, "PreconditionFailed"),
    });
    let failure = read(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(text(&failure), "the object was replaced while it was read");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_was_deleted_meanwhile_is_a_transient_failure() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        _ => refused(404, "NoSuchVersion"),
    });
    let failure = read(&recorded).await.unwrap_err();
    assert!(failure.transient);
    assert_eq!(text(&failure), "the object was deleted while it was read");
}

/// RFC 9110, 14.2: a server may ignore a range.
#[tokio::test(start_paused = true)]
async fn bytes_before_the_requested_range_are_skipped() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        2 => whole_file(&[b"s", b"ku,na"], End::Broken),
        _ => file_from(4, &[b"na", b"me\n"], End::Proper),
    });
    assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE);
    assert_eq!(recorded.sent()[2].header("range"), Some("bytes=6-8"));

    for bytes in [0..9, 5..9, 2..7, 3..4, 8..100, 10..11] {
        let recorded = Recorded::new(|_| whole_file(&[b"sku", b",name\n"], End::Proper));
        let expected: Vec<u8> = (0..)
            .zip(FILE)
            .filter(|(at, _)| bytes.contains(at))
            .map(|(_, byte)| *byte)
            .collect();
        assert_eq!(read_bytes(&recorded, bytes).await.unwrap().unwrap(), expected);
        assert_eq!(recorded.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_read_ends_at_the_end_of_its_range() {
    let recorded = Recorded::new(|_| whole_file(&[b"sku,n", b"ame"], End::Untouchable));
    assert_eq!(read_bytes(&recorded, 2..7).await.unwrap().unwrap(), &FILE[2..7]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_requested_byte_is_refused() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        _ => file_from(4, &[b"name\n"], End::Proper),
    });
    let failure = read(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(text(&failure), "the response has no requested byte");
    let failure = read_bytes(&recorded, 3..9).await.unwrap_err();
    assert_eq!(text(&failure), "the response has no requested byte");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_read_is_retried_a_few_times() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => refused(503, "SlowDown"),
        2 => Answer::Dropped,
        3 => file_from(0, &[b"sku"], End::Broken),
        4 => refused(500, "InternalError"),
        _ => file_from(3, &[b",name\n"], End::Proper),
    });
    assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE);
    assert_eq!(recorded.sent().len(), 5);

    let recorded = Recorded::new(|_| refused(503, "SlowDown"));
    let failure = read(&recorded).await.unwrap_err();
    assert!(failure.transient, "{failure:?}");
    assert_eq!(recorded.sent().len(), ATTEMPTS_MAX as usize);
}

#[tokio::test]
async fn a_missing_object_and_a_forbidden_object_differ() {
    for (status, code) in [
        (404, "NoSuchKey"),
        (404, "NoSuchVersion"),
        // The version is a delete marker.
        (405, "MethodNotAllowed"),
    ] {
        let recorded = Recorded::new(move |_| refused(status, code));
        assert_eq!(read(&recorded).await.unwrap(), None, "{code}");
        assert_eq!(fetch(&recorded, 9).await.unwrap(), FetchedPhoto::Gone, "{code}");
    }
    for (status, code) in [(403, "AccessDenied"), (404, "NoSuchBucket"), (400, "InvalidArgument")] {
        let recorded = Recorded::new(move |_| refused(status, code));
        let failure = fetch(&recorded, 9).await.unwrap_err();
        assert!(!failure.transient, "{code}");
        assert_eq!(recorded.sent().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_read_ends_at_the_end_of_the_object() {
    let recorded = Recorded::new(|_| refused(416, "InvalidRange"));
    for bytes in [0..0, 9..9, 9..20] {
        assert_eq!(read_bytes(&recorded, bytes).await.unwrap().unwrap(), b"");
    }
    assert_eq!(recorded.sent().len(), 3);

    let recorded = Recorded::new(|_| file_from(7, &[b"e\n"], End::Proper));
    assert_eq!(read_bytes(&recorded, 7..20).await.unwrap().unwrap(), b"e\n");
    assert_eq!(recorded.sent()[0].header("range"), Some("bytes=7-19"));
}

#[tokio::test]
async fn a_photo_that_is_too_large_is_not_read() {
    let recorded = Recorded::new(|_| whole_file(&[], End::Untouchable));
    assert_eq!(fetch(&recorded, 8).await.unwrap(), FetchedPhoto::TooLarge { bytes: 9 });
    assert_eq!(
        recorded.lines(),
        ["GET /photos/Tee%20%2B%2050%25/0190-a?x-id=GetObject"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_broken_body_of_a_photo_is_resumed() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => whole_file(&[b"sku"], End::Broken),
        _ => file_from(3, &[b",name\n"], End::Proper),
    });
    assert_eq!(fetch(&recorded, 9).await.unwrap(), FetchedPhoto::Found(FILE.to_vec()));
    let sent = recorded.sent();
    assert_eq!(
        (sent[0].header("range"), sent[1].header("range")),
        (None, Some("bytes=3-8"))
    );
}

#[tokio::test]
async fn no_more_bytes_are_buffered_than_the_length_of_the_object() {
    let recorded = Recorded::new(|_| whole_file(&[b"sku,name\nand much more"], End::Untouchable));
    assert_eq!(fetch(&recorded, 9).await.unwrap(), FetchedPhoto::Found(FILE.to_vec()));
}
