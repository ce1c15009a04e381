//! The shapes of the order stream's events: those of DynamoDB Streams.

use adapter_embedded::order_stream::{StreamRecord, UndecodableRow};
use serde_json::{Value, json};

use super::clock::{now_ms, rfc3339};
use super::sources::StreamSource;
use crate::functions::InvokeFailure;

pub(crate) fn event_record(source: &StreamSource, record: &StreamRecord) -> Value {
    let seconds = record.at_ms / 1_000;
    let mut change = json!({
        "ApproximateCreationDateTime": seconds,
        "Keys": record.keys,
        "SequenceNumber": record.sequence.to_string(),
        "SizeBytes": 1,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    if let Some(image) = &record.new_image {
        change["NewImage"] = image.clone();
    }
    if let Some(image) = &record.old_image {
        change["OldImage"] = image.clone();
    }
    json!({
        "eventID": format!("order-stream-{}", record.sequence),
        "eventName": record.event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "local",
        "dynamodb": change,
        "eventSourceARN": stream_arn(source),
    })
}

fn stream_arn(source: &StreamSource) -> String {
    format!(
        "arn:aws:dynamodb:local:000000000000:table/{}/stream/local",
        source.spec.table
    )
}

/// The record that a stream's on-failure destination receives: positions, not contents
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html>).
pub(crate) fn set_aside(
    source: &StreamSource,
    wanted: &[&StreamRecord],
    attempts: u32,
    answer: &Result<Value, InvokeFailure>,
) -> String {
    let first = wanted.first().map_or(0, |record| record.sequence);
    let last = wanted.last().map_or(0, |record| record.sequence);
    failure_record(
        source,
        &Failure {
            first,
            last,
            batch_size: wanted.len(),
            attempts,
            condition: "RetryAttemptsExhausted",
            error: answer.as_ref().err().map(|failure| failure.error_type.as_str()),
        },
    )
}

/// The same for a row that no event could be made of.
pub(crate) fn set_aside_undecodable(source: &StreamSource, row: &UndecodableRow) -> String {
    failure_record(
        source,
        &Failure {
            first: row.sequence,
            last: row.sequence,
            batch_size: 1,
            attempts: 0,
            condition: "RecordUndecodable",
            error: Some(row.fault.as_str()),
        },
    )
}

/// What a failure destination learns of records that were given up.
struct Failure<'a> {
    first: i64,
    last: i64,
    batch_size: usize,
    attempts: u32,
    condition: &'static str,
    error: Option<&'a str>,
}

fn failure_record(source: &StreamSource, failure: &Failure<'_>) -> String {
    let Failure {
        first,
        last,
        batch_size,
        attempts,
        condition,
        error,
    } = failure;
    json!({
        "version": "1.0",
        "timestamp": rfc3339(now_ms()),
        "requestContext": {
            "requestId": format!("order-stream-{first}"),
            "functionArn": format!("arn:aws:lambda:local:000000000000:function:{}:live", source.function),
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": error },
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": first.to_string(),
            "endSequenceNumber": last.to_string(),
            "batchSize": batch_size,
            "streamArn": stream_arn(source),
        },
    })
    .to_string()
}
