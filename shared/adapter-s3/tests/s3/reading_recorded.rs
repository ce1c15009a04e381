//! Is an object read to its end, whatever happens to the connection, and never beyond what was asked for?

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

/// The whole file, whatever was asked for, in such pieces and with such an end.
fn whole_file(pieces: &[&'static [u8]], end: End) -> Answer {
    success(body(pieces, end))
        .header("etag", "\"e1\"")
        .header("content-length", FILE.len().to_string())
}

/// These bytes of it.
fn range(bytes: Range<usize>, pieces: &[&'static [u8]], end: End) -> Answer {
    let last = bytes.end - 1;
    success(body(pieces, end))
        .header("etag", "\"e1\"")
        .header("content-length", bytes.len().to_string())
        .header("content-range", format!("bytes {}-{last}/{}", bytes.start, FILE.len()))
}

/// Everything from that byte on.
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

/// The first request asks for the first of these ranges, and every other for the rest of the same version.
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
async fn a_body_that_was_cut_off_is_resumed_where_it_ended() {
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

/// A server may send less than was asked for: of a range, or of what is left of it.
#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_short_is_no_end() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => range(1..3, &[b"ku"], End::Proper),
        2 => range(3..4, &[b","], End::Proper),
        _ => range(4..7, &[b"nam"], End::Proper),
    });
    assert_eq!(read_bytes(&recorded, 1..7).await.unwrap().unwrap(), &FILE[1..7]);
    assert_eq!(recorded.sent().len(), 3);
}

#[tokio::test]
async fn whoever_wants_nothing_asks_for_one_byte_and_leaves_it() {
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
async fn a_body_that_is_cut_off_for_ever_is_a_transient_failure() {
    for end in [End::Broken, End::Proper, End::Stalled] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => file_from(0, &[b"sku"], end),
            _ => file_from(3, &[], end),
        });
        let failure = read(&recorded).await.unwrap_err();
        assert!(failure.transient, "{failure:?}");
        let expected = match end {
            End::Stalled => "the body brought nothing for 10 seconds",
            _ => "the body broke off 6 bytes too early",
        };
        assert_eq!(text(&failure), expected);
        assert_eq!(recorded.sent().len(), 1 + RESUMPTIONS_MAX as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_gets_a_byte_further_is_not_given_up() {
    let recorded = Recorded::new(|sent| {
        let byte = sent.len() - 1;
        file_from(byte, &[&FILE[byte..=byte]], End::Broken)
    });
    assert_eq!(read(&recorded).await.unwrap().unwrap(), FILE);
    assert_eq!(recorded.sent().len(), FILE.len());
    assert!(FILE.len() > 1 + RESUMPTIONS_MAX as usize);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_was_replaced_is_not_pieced_together() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        _ => refused(412, "PreconditionFailed"),
    });
    let failure = read(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(text(&failure), "the object was replaced while it was read");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_was_deleted_meanwhile_is_looked_for_again() {
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
async fn bytes_that_were_not_asked_for_are_passed_over() {
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
async fn nothing_behind_a_range_is_waited_for() {
    let recorded = Recorded::new(|_| whole_file(&[b"sku,n", b"ame"], End::Untouchable));
    assert_eq!(read_bytes(&recorded, 2..7).await.unwrap().unwrap(), &FILE[2..7]);
}

#[tokio::test(start_paused = true)]
async fn bytes_beyond_those_asked_for_are_refused() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => file_from(0, &[b"sku"], End::Broken),
        _ => file_from(4, &[b"name\n"], End::Proper),
    });
    let failure = read(&recorded).await.unwrap_err();
    assert!(!failure.transient);
    assert_eq!(text(&failure), "the answer has no byte that was asked for");
    let failure = read_bytes(&recorded, 3..9).await.unwrap_err();
    assert_eq!(text(&failure), "the answer has no byte that was asked for");
}

#[tokio::test(start_paused = true)]
async fn a_busy_bucket_is_asked_a_few_times() {
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
async fn what_is_not_there_is_told_from_what_may_not_be_read() {
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
async fn nothing_is_read_beyond_the_end() {
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
async fn a_photo_that_was_cut_off_is_resumed() {
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
async fn no_more_is_buffered_than_was_announced() {
    let recorded = Recorded::new(|_| whole_file(&[b"sku,name\nand much more"], End::Untouchable));
    assert_eq!(fetch(&recorded, 9).await.unwrap(), FetchedPhoto::Found(FILE.to_vec()));
}
