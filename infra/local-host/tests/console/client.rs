//! A running host, and the requests of the tests to it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use local_host::host::{Config, Host, RunningHost};
use local_host::state::DataLocation;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Much longer than anything takes here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
const JSON: &str = "Content-Type: application/json\r\n";

pub(crate) async fn start() -> RunningHost {
    let config = Config {
        port: 0,
        data: DataLocation::Memory,
        parameters: BTreeMap::new(),
    };
    let host = Host::prepare(&config).await.unwrap();
    let counted = std::sync::Arc::clone(&host.counted);
    // One for the process: a line finds its invocation by the task that writes it.
    telemetry::log::init_to(None, move |line| {
        counted.takes(line);
    });
    host.open()
}

/// Status and body.
pub(crate) async fn send(host: &RunningHost, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
    let address = host.base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(json!(body)))
}

pub(crate) async fn get(host: &RunningHost, path: &str) -> Value {
    let (status, body) = send(host, "GET", path, "", "").await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

pub(crate) async fn post(host: &RunningHost, path: &str, body: &Value) -> (u16, Value) {
    send(host, "POST", path, JSON, &body.to_string()).await
}

/// Waits until `found` returns something for the answer to `GET path`.
pub(crate) async fn wait<T>(host: &RunningHost, path: &str, found: impl Fn(&Value) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        let (_, body) = send(host, "GET", path, "", "").await;
        if let Some(value) = found(&body) {
            return value;
        }
        assert!(began.elapsed() < PATIENCE, "{path}: {body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn token(host: &RunningHost, subject: &str) -> String {
    let (_, answer) = post(host, "/dev/token", &json!({ "sub": subject, "groups": [] })).await;
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Waits until the first catalog is imported.
pub(crate) async fn stocked() -> RunningHost {
    let host = start().await;
    wait(&host, "/products/CAP-01", |product| product["available"].as_u64()).await;
    host
}

/// Places an order, in a story of its own.
pub(crate) async fn place(host: &RunningHost, story: &str, quantity: u32, payment_token: &str) -> Value {
    let bearer = token(host, "ann").await;
    let headers =
        format!("{JSON}Authorization: Bearer {bearer}\r\nIdempotency-Key: {story}\r\nX-Correlation-Id: {story}\r\n");
    let body = json!({ "items": [{ "sku": "CAP-01", "quantity": quantity }], "payment_token": payment_token });
    let (status, order) = send(host, "POST", "/orders", &headers, &body.to_string()).await;
    assert_eq!(status, 202, "{order}");
    order
}

/// The file of a story once it has this status.
pub(crate) async fn story(host: &RunningHost, story: &str, status: &str) -> Value {
    wait(host, "/dev/stories?limit=1000", |body| {
        let mut stories = body["stories"].as_array()?.iter();
        stories
            .any(|one| one["story"] == story && one["status"] == status && !one["ended_at"].is_null())
            .then_some(())
    })
    .await;
    get(host, &format!("/dev/stories/{story}")).await
}

pub(crate) fn kinds(file: &Value) -> Vec<&str> {
    let events = file["events"].as_array().unwrap().iter();
    events.map(|event| event["kind"].as_str().unwrap()).collect()
}

/// The events of one kind.
pub(crate) fn of_kind<'a>(file: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = file["events"].as_array().unwrap().iter();
    events.filter(|event| event["kind"] == kind).collect()
}

/// An open stream of events.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    pub(crate) async fn open(host: &RunningHost, headers: &str) -> (String, Self) {
        let address = host.base_url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /dev/events HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut events = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push_str(&events.line().await.expect("a head"));
        }
        (head, events)
    }

    /// `None` at the end of the stream.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.0.read_line(&mut line)).await;
        (read.expect("the stream is silent").unwrap_or_default() > 0).then_some(line)
    }

    /// The next record.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(data) = self.line().await?.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
}
