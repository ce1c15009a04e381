//! What does an adapter send, and what does it make of answers that a local cloud does not give?

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_types::SdkConfig;
use serde_json::{Value, json};

/// What comes back for a request.
pub(crate) enum Answer {
    Success(Value),
    /// Status, the error's name, and what else its body says.
    Error(u16, &'static str, Value),
    /// The connection breaks; whether the request had an effect, nobody knows.
    Dropped,
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

/// A request as it was sent: its operation, and its body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) operation: String,
    pub(crate) body: Value,
}

/// Answers every request from a function of all requests so far, the current one last.
pub(crate) struct Recorded {
    pub(crate) config: SdkConfig,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Recorded {
    pub(crate) fn new(answer: impl Fn(&[Sent]) -> Answer + Send + Sync + 'static) -> Self {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let connector = SharedHttpConnector::new(Connector {
            answer: Box::new(answer),
            sent: Arc::clone(&sent),
        });
        let client = http_client_fn(move |_settings, _components| connector.clone());
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        };
        let config = lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap();
        Self {
            config: config.into_builder().http_client(client).build(),
            sent,
        }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

type Script = dyn Fn(&[Sent]) -> Answer + Send + Sync;

struct Connector {
    answer: Box<Script>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let mut sent = self.sent.lock().unwrap();
        sent.push(Sent {
            operation: target.rsplit('.').next().unwrap().to_owned(),
            body: serde_json::from_slice(request.body().bytes().unwrap()).unwrap(),
        });
        HttpConnectorFuture::ready(match (self.answer)(&sent) {
            Answer::Success(body) => Ok(response(200, &body)),
            Answer::Error(status, name, mut body) => {
                body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{name}"));
                Ok(response(status, &body))
            }
            Answer::Dropped => Err(ConnectorError::io("connection reset".into())),
        })
    }
}

fn response(status: u16, body: &Value) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), body.to_string().into())
}
