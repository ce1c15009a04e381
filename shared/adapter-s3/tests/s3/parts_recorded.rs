//! Tests writing and reading the parts of a report, under the keys of their import.

use adapter_s3::files::S3RejectedRowsFiles;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::RejectedRowsFiles;
use domain::ports::PortFailure;
use domain::values::UploadId;

use crate::recorded::{End, Recorded, body, refused, success};

const KEY: &str = "/report-parts/0190-a/7/0192-b.csv";
const PART: &str = "0192-b";

fn import() -> ImportId {
    ImportId {
        upload_id: UploadId::parse("0190-a").unwrap(),
        sequence: 7,
    }
}

fn files(recorded: &Recorded) -> S3RejectedRowsFiles {
    S3RejectedRowsFiles {
        bucket: recorded.bucket.clone(),
    }
}

async fn read(recorded: &Recorded) -> Result<Option<Vec<u8>>, PortFailure> {
    let Some(mut stream) = files(recorded).open_part(&import(), PART).await? else {
        return Ok(None);
    };
    let mut read = Vec::new();
    while let Some(piece) = stream.next().await? {
        read.extend(piece);
    }
    Ok(Some(read))
}

#[tokio::test]
async fn a_part_is_one_request_once_it_is_finished() {
    let recorded = Recorded::new(|_| success(""));
    let mut sink = files(&recorded).create_part(&import(), PART).await.unwrap();
    sink.write(b"2,no price,MUG-01\r\n").await.unwrap();
    assert_eq!(recorded.lines(), Vec::<String>::new(), "not finished, not visible");
    sink.finish().await.unwrap();
    let sent = recorded.sent();
    assert_eq!(recorded.lines(), [format!("PUT {KEY}?x-id=PutObject")]);
    assert_eq!(sent[0].header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(sent[0].body, b"2,no price,MUG-01\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_part_is_read_completely() {
    let recorded = Recorded::new(|sent| {
        let answer = match sent.len() {
            1 => success(body(&[b"2,no "], End::Broken)).header("content-length", "12"),
            _ => success(body(&[b"price\r\n"], End::Proper))
                .header("content-length", "7")
                .header("content-range", "bytes 5-11/12"),
        };
        answer.header("etag", "\"e1\"")
    });
    assert_eq!(read(&recorded).await.unwrap().unwrap(), b"2,no price\r\n");
    let sent = recorded.sent();
    assert_eq!(
        recorded.lines(),
        [format!("GET {KEY}?x-id=GetObject"), sent[0].line.clone()]
    );
    assert_eq!(sent[0].header("range"), None);
    assert_eq!(sent[1].header("range"), Some("bytes=5-11"));
    assert_eq!(sent[1].header("if-match"), Some("\"e1\""));
}

#[tokio::test]
async fn a_missing_part_and_a_forbidden_part_differ() {
    let recorded = Recorded::new(|_| refused(404, "NoSuchKey"));
    assert_eq!(read(&recorded).await.unwrap(), None);
    let recorded = Recorded::new(|_| refused(403, "AccessDenied"));
    assert!(!read(&recorded).await.unwrap_err().transient);
}
