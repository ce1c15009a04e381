//! A fake of AWS for a function's binary: it stores put items, accepts every change, and records calls with their
//! headers.
//!
//! Updates are not stored, and conditions are checked only if a test enables this. Use it for tests that check the
//! calls and not their effects.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use function_tests::privacy;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::{conditions, updates};

/// How long to wait for a datagram. On the loopback it arrives at once.
const DATAGRAM_TIMEOUT: Duration = Duration::from_millis(200);
const DATAGRAM_BYTES_MAX: usize = 64 * 1024;

pub struct FakeAws {
    pub address: String,
    state: Arc<Mutex<Remembered>>,
    /// Serves until the test ends.
    _runtime: Runtime,
}

#[derive(Default)]
struct Remembered {
    calls: Vec<FakeCall>,
    items: HashMap<(String, String), Value>,
    /// Returned for the next calls instead of an answer.
    refusals: Vec<(StatusCode, &'static str)>,
    /// Whether to check conditions, and answer queries, over the stored items.
    looks_at_conditions: bool,
}

#[derive(Debug, Clone)]
pub struct FakeCall {
    /// The operation, like `GetItem`, or the path if the protocol has no operation name.
    pub operation: String,
    pub trace_header: Option<String>,
    pub body: Value,
}

impl FakeAws {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let state = Arc::new(Mutex::new(Remembered::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            state,
            _runtime: runtime,
        }
    }

    /// From now on, refuses changes whose condition does not hold for the stored item. Changes are still not stored.
    pub fn check_conditions(&self) {
        self.state.lock().unwrap().looks_at_conditions = true;
    }

    pub fn keep(&self, table: &str, item: &Value) {
        self.state.lock().unwrap().put(table, item);
    }

    /// The item that was put under this key.
    pub fn kept(&self, table: &str, key: &str) -> Option<Value> {
        let state = self.state.lock().unwrap();
        state.items.get(&(table.to_owned(), key.to_owned())).cloned()
    }

    pub fn refuse_next(&self, times: usize, status: u16, body: &'static str) {
        let refusal = (StatusCode::from_u16(status).unwrap(), body);
        self.state.lock().unwrap().refusals = vec![refusal; times];
    }

    pub fn calls(&self) -> Vec<FakeCall> {
        self.state.lock().unwrap().calls.clone()
    }
}

impl Remembered {
    fn put(&mut self, table: &str, item: &Value) {
        let key = item["pk"]["S"].as_str().unwrap_or_default();
        self.items.insert((table.to_owned(), key.to_owned()), item.clone());
    }

    fn item(&self, request: &Value) -> Option<&Value> {
        let key = request.get("Key").or_else(|| request.get("Item"))?;
        let table = request["TableName"].as_str()?.to_owned();
        self.items.get(&(table, key["pk"]["S"].as_str()?.to_owned()))
    }

    /// The error if a condition does not hold.
    fn refusal(&self, operation: &str, body: &Value) -> Option<Value> {
        const ERRORS: &str = "com.amazonaws.dynamodb.v20120810#";
        let holds = |change: &Value| conditions::holds(change, "ConditionExpression", self.item(change));
        if operation != "TransactWriteItems" {
            let name = format!("{ERRORS}ConditionalCheckFailedException");
            return (!holds(body)).then(|| json!({"__type": name, "Item": self.item(body)}));
        }
        let parts = body["TransactItems"].as_array()?;
        let changes = parts.iter().filter_map(|part| part.as_object()?.values().next());
        let reasons = changes.map(|change| match (holds(change), self.item(change)) {
            (true, _) => json!({"Code": "None"}),
            (false, None) => json!({"Code": "ConditionalCheckFailed"}),
            (false, Some(item)) => json!({"Code": "ConditionalCheckFailed", "Item": item}),
        });
        let reasons: Vec<Value> = reasons.collect();
        let name = format!("{ERRORS}TransactionCanceledException");
        let is_refused = reasons.iter().any(|reason| reason["Code"] != "None");
        is_refused.then(|| json!({"__type": name, "CancellationReasons": reasons}))
    }

    fn found(&self, request: &Value) -> Value {
        let of_the_table = self
            .items
            .iter()
            .filter(|((table, _), _)| request["TableName"] == table.as_str());
        let mut found: Vec<_> = of_the_table
            .filter(|(_, item)| {
                let holds = |member| conditions::holds(request, member, Some(item));
                holds("KeyConditionExpression") && holds("FilterExpression")
            })
            .collect();
        found.sort_by_key(|(key, _)| *key);
        json!({"Items": found.iter().map(|(_, item)| item).collect::<Vec<_>>()})
    }

    fn answer(&mut self, operation: &str, body: &Value) -> Value {
        let table = |request: &Value| request["TableName"].as_str().unwrap_or_default().to_owned();
        match operation {
            "Query" | "Scan" if self.looks_at_conditions => return self.found(body),
            "UpdateItem" if self.looks_at_conditions => {
                return json!({"Attributes": updates::updated(&without_sums(body), self.item(body))});
            }
            _ if self.looks_at_conditions && !matches!(operation, "GetItem" | "BatchGetItem") => return json!({}),
            _ => {}
        }
        match operation {
            "PutItem" => self.put(&table(body), &body["Item"]),
            "TransactWriteItems" => {
                for part in body["TransactItems"].as_array().into_iter().flatten() {
                    if let Some(put) = part.get("Put") {
                        self.put(&table(put), &put["Item"]);
                    }
                }
            }
            "GetItem" => {
                let key = body["Key"]["pk"]["S"].as_str().unwrap_or_default();
                let found = self.items.get(&(table(body), key.to_owned()));
                return found.map_or_else(|| json!({}), |item| json!({"Item": item}));
            }
            "BatchGetItem" => {
                let tables = body["RequestItems"].as_object().into_iter().flatten();
                let found = tables.map(|(table, _)| {
                    let items = self.items.iter().filter(|((kept_in, _), _)| kept_in == table);
                    (table.clone(), items.map(|(_, item)| item.clone()).collect::<Value>())
                });
                return json!({"Responses": found.collect::<serde_json::Map<_, _>>(), "UnprocessedKeys": {}});
            }
            // Every claim succeeds.
            "UpdateItem" if body["ReturnValues"] == "UPDATED_NEW" => {
                return json!({"Attributes": {"fence": {"N": "1"}}});
            }
            "StartExecution" => return json!({"executionArn": "arn:execution", "startDate": 1.0}),
            "AdminGetUser" => {
                let attributes = json!([{"Name": "email", "Value": "ann@example.test"}, {"Name": "email_verified", "Value": "true"}]);
                return json!({"Username": "ann", "Enabled": true, "UserStatus": "CONFIRMED", "UserAttributes": attributes});
            }
            "/v2/email/outbound-emails" => return json!({"MessageId": "m-1"}),
            _ => {}
        }
        json!({})
    }
}

/// The update without its last clause, if that adds to numbers. No change is kept, so a counter would stand still at
/// the number that follows the kept one.
fn without_sums(update: &Value) -> Value {
    let mut update = update.clone();
    let text = update["UpdateExpression"].as_str().unwrap_or_default();
    let text = text.split("ADD ").next().unwrap_or_default().to_owned();
    update["UpdateExpression"] = json!(text);
    update
}

async fn answer(State(state): State<Arc<Mutex<Remembered>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let operation = text("x-amz-target").and_then(|target| target.split('.').nth(1));
    let operation = operation.unwrap_or_else(|| uri.path()).to_owned();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.calls.push(FakeCall {
        operation: operation.clone(),
        trace_header: text("x-amzn-trace-id").map(str::to_owned),
        body,
    });
    let json_type = [
        (header::CONTENT_TYPE, "application/x-amz-json-1.0"),
        (header::HeaderName::from_static("x-amzn-requestid"), "request-of-aws"),
    ];
    if let Some((status, refusal)) = state.refusals.pop() {
        return (status, json_type, refusal).into_response();
    }
    if text("authorization").is_some_and(|signature| signature.contains("/s3/")) {
        let missing = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>";
        return (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "application/xml")],
            missing,
        )
            .into_response();
    }
    let body = state.calls[state.calls.len() - 1].body.clone();
    if state.looks_at_conditions
        && let Some(refusal) = state.refusal(&operation, &body)
    {
        return (StatusCode::BAD_REQUEST, json_type, refusal.to_string()).into_response();
    }
    (json_type, state.answer(&operation, &body).to_string()).into_response()
}

/// Replaces the X-Ray daemon that Lambda runs beside a function.
pub struct FakeDaemon(UdpSocket);

impl FakeDaemon {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(DATAGRAM_TIMEOUT)).unwrap();
        Self(socket)
    }

    pub fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// The documents received since the last call. Fails if one contains private data.
    pub fn received(&self) -> Vec<Value> {
        let mut documents = Vec::new();
        let mut datagram = vec![0; DATAGRAM_BYTES_MAX];
        while let Ok(length) = self.0.recv(&mut datagram) {
            let text = std::str::from_utf8(&datagram[..length]).unwrap();
            let (head, document) = text.split_once('\n').unwrap();
            assert_eq!(head, "{\"format\":\"json\",\"version\":1}");
            privacy::assert_no_private_data("a trace", [document]);
            documents.push(serde_json::from_str(document).unwrap());
        }
        documents
    }
}
