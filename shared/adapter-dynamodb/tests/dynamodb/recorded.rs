//! Records what an adapter sends, and gives it answers that a local cloud does not give.

use recorded_aws::{JsonRequest, Reply, dropped, response};
use serde_json::{Value, json};

/// A DynamoDB that answers by a script.
pub(crate) type Recorded = recorded_aws::Recorded<JsonRequest>;
pub(crate) type Sent = JsonRequest;

/// The answer to a request.
pub(crate) enum Answer {
    Success(Value),
    /// Status, the error's name, and what else its body says.
    Error(u16, &'static str, Value),
    /// The connection breaks; whether the request had an effect, nobody knows.
    Dropped,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Success(body) => Ok(response(200, body.to_string())),
            Answer::Error(status, name, mut body) => {
                body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{name}"));
                Ok(response(status, body.to_string()))
            }
            Answer::Dropped => Err(dropped()),
        }
    }
}

pub(crate) fn throttled() -> Answer {
    Answer::Error(400, "ThrottlingException", json!({}))
}

/// The condition of a single write failed over this item.
pub(crate) fn condition_failed(item: &Value) -> Answer {
    Answer::Error(400, "ConditionalCheckFailedException", json!({ "Item": item }))
}

/// A transaction was cancelled: a reason for each of its parts.
pub(crate) fn canceled(reasons: &[Value]) -> Answer {
    let body = json!({ "CancellationReasons": reasons });
    Answer::Error(400, "TransactionCanceledException", body)
}

/// No reason: this part would have been written.
pub(crate) fn no_reason() -> Value {
    json!({ "Code": "None" })
}

/// The condition of a part failed over this item, or over none that was asked for.
pub(crate) fn failed_over(item: Option<&Value>) -> Value {
    let mut reason = json!({ "Code": "ConditionalCheckFailed", "Message": "The conditional request failed" });
    if let Some(item) = item {
        reason["Item"] = item.clone();
    }
    reason
}

pub(crate) fn conflict() -> Value {
    json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" })
}
