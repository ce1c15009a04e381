//! Replaces AWS in the tests of adapters: by a script that answers each request, or by a local cloud.
#![warn(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "everything here is test code: a panic is a failed test"
)]

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use serde_json::Value;

/// The SDK as the functions configure it, for AWS itself or for an endpoint, with credentials that are not checked.
pub fn sdk_config(endpoint: Option<&str>) -> SdkConfig {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL" => endpoint.map(str::to_owned),
        _ => None,
    };
    lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap()
}

/// The address of the local cloud that `cargo xtask test` started.
pub fn local_cloud_url() -> String {
    std::env::var("LOCAL_CLOUD_URL").expect("LOCAL_CLOUD_URL must be the address of a running local cloud")
}

/// The SDK for that local cloud.
pub fn local_cloud() -> SdkConfig {
    sdk_config(Some(&local_cloud_url()))
}

/// The reply to a request: a response, or an error of the connection.
pub type Reply = Result<HttpResponse, ConnectorError>;

/// A response with this status and body.
pub fn response(status: u16, body: impl Into<SdkBody>) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), body.into())
}

/// A connection that broke, so that the client cannot know whether the request had an effect.
pub fn dropped() -> ConnectorError {
    ConnectorError::io("connection reset".into())
}

/// A request to a service with the AWS JSON protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonRequest {
    /// The operation, like `PutItem`.
    pub operation: String,
    /// The input of the operation.
    pub body: Value,
}

impl From<&HttpRequest> for JsonRequest {
    fn from(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap();
        Self {
            operation: target.rsplit('.').next().unwrap().to_owned(),
            body: serde_json::from_slice(request.body().bytes().unwrap()).unwrap(),
        }
    }
}

/// A scripted service. It keeps all requests, read as `Sent`.
pub struct Recorded<Sent> {
    /// Configures clients that call this service.
    pub config: SdkConfig,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl<Sent: for<'a> From<&'a HttpRequest> + Clone + Send + 'static> Recorded<Sent> {
    /// Calls `answer` for every request, with all requests so far; the current one is the last.
    pub fn new<Answer: Into<Reply>>(answer: impl Fn(&[Sent]) -> Answer + Send + Sync + 'static) -> Self {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::clone(&sent);
        let connector = SharedHttpConnector::new(Connector(move |request: &HttpRequest| {
            let mut requests = requests.lock().unwrap();
            requests.push(Sent::from(request));
            answer(&requests).into()
        }));
        let client = http_client_fn(move |_settings, _components| connector.clone());
        let config = sdk_config(None).into_builder().http_client(client).build();
        Self { config, sent }
    }

    /// Gives these answers in order. Pass one answer more than expected requests to detect an extra request.
    pub fn in_order(answers: impl IntoIterator<Item = HttpResponse>) -> Self {
        let answers: Vec<HttpResponse> = answers.into_iter().collect();
        let answers = Mutex::new(answers.into_iter());
        Self::new(move |_sent| {
            Ok(answers
                .lock()
                .unwrap()
                .next()
                .expect("the script has no answer left for this request"))
        })
    }

    /// All requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

struct Connector<Answer>(Answer);

impl<Answer> std::fmt::Debug for Connector<Answer> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

impl<Answer: Fn(&HttpRequest) -> Reply + Send + Sync> HttpConnector for Connector<Answer> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready((self.0)(&request))
    }
}
