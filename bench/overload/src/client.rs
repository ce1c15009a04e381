//! The HTTP client of the load test: asynchronous, with pooled connections.

use std::time::{Duration, Instant};

use bench_kit::trouble::Trouble;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// A request that takes longer counts as failed: longer than API Gateway waits for a function (30 s).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);
/// Connections that wait for their next request.
const IDLE_CONNECTIONS_MAX: usize = 1_000;

#[derive(Clone)]
pub struct Client {
    base_url: String,
    connections: HyperClient<HttpConnector, Full<Bytes>>,
}

/// What came back for one request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub location: Option<String>,
    pub body: Bytes,
    pub took: Duration,
}

impl Answer {
    /// The body as JSON; `null` when it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Client {
    pub fn new(base_url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            base_url: base_url.to_owned(),
            connections: HyperClient::builder(TokioExecutor::new())
                .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
                .build(connector),
        }
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, Trouble> {
        self.send(Method::GET, path, &bearer(token), Bytes::new()).await
    }

    /// Places an order for one unit.
    pub async fn place_order(&self, token: &str, idempotency_key: &str, sku: &str) -> Result<Answer, Trouble> {
        let body = json!({ "items": [{ "sku": sku, "quantity": 1 }], "payment_token": "tok_ok" });
        let mut headers = bearer(Some(token));
        headers.push(("content-type", "application/json".to_owned()));
        headers.push(("idempotency-key", idempotency_key.to_owned()));
        self.send(Method::POST, "/orders", &headers, body.to_string().into())
            .await
    }

    /// A token of the local host's own issuer.
    pub async fn token(&self, subject: &str, groups: &[&str]) -> Result<String, Trouble> {
        let body = json!({ "sub": subject, "groups": groups }).to_string();
        let answer = self.post_json("/dev/token", None, body).await?;
        let token = answer.json()["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| Trouble::new("get a token", format!("status {}", answer.status)))
    }

    pub async fn post_json(&self, path: &str, token: Option<&str>, body: String) -> Result<Answer, Trouble> {
        let mut headers = bearer(token);
        headers.push(("content-type", "application/json".to_owned()));
        self.send(Method::POST, path, &headers, body.into()).await
    }

    /// `url` is absolute, as an upload's link is.
    pub async fn put(&self, url: &str, headers: &[(&str, String)], body: Bytes) -> Result<Answer, Trouble> {
        let path = url.strip_prefix(&self.base_url).unwrap_or(url);
        self.send(Method::PUT, path, headers, body).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Bytes,
    ) -> Result<Answer, Trouble> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| Trouble::new(path, error))?;
        let started = Instant::now();
        let answer = async {
            let response = self
                .connections
                .request(request)
                .await
                .map_err(|error| Trouble::new(path, error))?;
            let (parts, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| Trouble::new(path, error))?
                .to_bytes();
            let header = |name: &str| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
            Ok(Answer {
                status: parts.status.as_u16(),
                retry_after: header("retry-after"),
                location: header("location"),
                body,
                took: started.elapsed(),
            })
        };
        match tokio::time::timeout(REQUEST_TIMEOUT, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::new(path, format!("no answer within {REQUEST_TIMEOUT:?}"))),
        }
    }
}

fn bearer(token: Option<&str>) -> Vec<(&'static str, String)> {
    token
        .iter()
        .map(|token| ("authorization", format!("Bearer {token}")))
        .collect()
}
