//! What do the tests of an adapter call instead of AWS? A script that answers each request, or a local cloud.
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

/// The SDK as the functions configure it, for AWS itself or for an endpoint, with credentials that nobody checks.
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
    std::env::var("LOCAL_CLOUD_URL").expect("LOCAL_CLOUD_URL says where the local cloud is")
}

/// The SDK for that local cloud.
pub fn local_cloud() -> SdkConfig {
    sdk_config(Some(&local_cloud_url()))
}

/// What a request gets: a response, or a connection that breaks.
pub type Reply = Result<HttpResponse, ConnectorError>;

pub fn response(status: u16, body: impl Into<SdkBody>) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), body.into())
}

/// The connection breaks; nobody knows whether the request had an effect.
pub fn dropped() -> ConnectorError {
    ConnectorError::io("connection reset".into())
}

/// A request of a service that speaks AWS JSON: its operation, and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonRequest {
    pub operation: String,
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

/// A service that answers by a script, and keeps what was sent, read as `Sent`.
pub struct Recorded<Sent> {
    pub config: SdkConfig,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl<Sent: for<'a> From<&'a HttpRequest> + Clone + Send + 'static> Recorded<Sent> {
    /// Answers every request by a function of all requests so far, the current one last.
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

    /// Answers in order. A test that gives one answer more than it expects requests notices a request too many.
    pub fn in_order(answers: impl IntoIterator<Item = HttpResponse>) -> Self {
        let answers: Vec<HttpResponse> = answers.into_iter().collect();
        let answers = Mutex::new(answers.into_iter());
        Self::new(move |_sent| Ok(answers.lock().unwrap().next().expect("there is an answer left")))
    }

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
