//! Which cloud do the measured processes call? One that answers at once: it keeps one order and one product, says yes to
//! every change, and has no file.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::http::{self, Request, Response};
use crate::trouble::Trouble;

/// The order and the customer of `events/`.
const ORDER_ID: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";
const CUSTOMER: &str = "7d1e4c52-90b1-70aa-3f6e-0c9b2f1a8e01";

pub(crate) struct Sink {
    /// For `AWS_ENDPOINT_URL`.
    pub url: String,
}

impl Sink {
    /// Over TLS with this configuration; without one, over plain HTTP.
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>) -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new("sink", reason);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(trouble)?;
        let port = listener.local_addr().map_err(trouble)?.port();
        let url = match &tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let tls = tls.clone();
                // Whoever is measured says when a connection matters to it.
                thread::spawn(move || serve(connection, tls).unwrap_or_default());
            }
        });
        Ok(Self { url })
    }
}

fn serve(connection: TcpStream, tls: Option<Arc<ServerConfig>>) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let answer = |request| Some(answer(&request));
    match tls {
        None => http::serve(connection, answer),
        Some(tls) => {
            let session = ServerConnection::new(tls).map_err(std::io::Error::other)?;
            http::serve(StreamOwned::new(session, connection), answer)
        }
    }
}

fn answer(request: &Request) -> Response {
    let operation = request
        .header("x-amz-target")
        .and_then(|target| target.split('.').nth(1));
    let is_s3 = request
        .header("authorization")
        .is_some_and(|signature| signature.contains("/s3/"));
    if is_s3 && request.method != "PUT" && request.method != "HEAD" {
        return Response {
            status: 404,
            headers: vec![("content-type", "application/xml".to_owned())],
            body: b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>".to_vec(),
        };
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    Response {
        status: 200,
        headers: vec![
            ("content-type", "application/x-amz-json-1.0".to_owned()),
            ("x-amzn-requestid", "request-of-the-sink".to_owned()),
        ],
        body: answer_of(operation.unwrap_or(&request.path), &body)
            .to_string()
            .into_bytes(),
    }
}

fn answer_of(operation: &str, body: &Value) -> Value {
    match operation {
        "GetItem" => {
            let key = body["Key"]["pk"]["S"].as_str().unwrap_or_default();
            item(key).map_or_else(|| json!({}), |item| json!({ "Item": item }))
        }
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            let found = tables.map(|(table, asked)| {
                let keys = asked["Keys"].as_array().into_iter().flatten();
                let items = keys.filter_map(|key| item(key["pk"]["S"].as_str()?));
                (table.clone(), items.collect::<Value>())
            });
            json!({"Responses": found.collect::<serde_json::Map<_, _>>(), "UnprocessedKeys": {}})
        }
        "Query" => json!({"Items": [], "Count": 0, "ScannedCount": 0}),
        // Who claims something is the first to do so.
        "UpdateItem" if body["ReturnValues"] == "UPDATED_NEW" => json!({"Attributes": {"fence": {"N": "1"}}}),
        "DescribeEndpoints" => json!({"Endpoints": [{"Address": "localhost", "CachePeriodInMinutes": 1440}]}),
        "StartExecution" => json!({"executionArn": "arn:execution", "startDate": 1.0}),
        "AdminGetUser" => {
            let attributes =
                json!([{"Name": "email", "Value": "ann@example.test"}, {"Name": "email_verified", "Value": "true"}]);
            json!({"Username": "ann", "Enabled": true, "UserStatus": "CONFIRMED", "UserAttributes": attributes})
        }
        "/v2/email/outbound-emails" => json!({"MessageId": "m-1"}),
        _ => json!({}),
    }
}

/// An order of two lines, as `adapter-dynamodb` writes it; or a product that is in stock.
fn item(key: &str) -> Option<Value> {
    if key == format!("order#{ORDER_ID}") {
        let line = |sku: &str| json!({"sku": sku, "quantity": 2, "unit_price_minor": 1250, "currency": "EUR"});
        return Some(json!({
            "pk": {"S": key}, "kind": {"S": "ORDER"}, "order_id": {"S": ORDER_ID}, "customer_id": {"S": CUSTOMER},
            "created_order": {"S": format!("1793527200000#{ORDER_ID}")}, "status": {"S": "PENDING"},
            "lines": {"S": json!([line("MUG-01"), line("TEE-01")]).to_string()}, "total_minor": {"N": "5000"},
            "currency": {"S": "EUR"}, "payment_token": {"S": "tok_ok"}, "correlation_id": {"S": "req-7f3a2b10"},
            "created_at": {"N": "1793527200000"}, "updated_at": {"N": "1793527201000"}, "open": {"S": "open"},
        }));
    }
    let sku = key.strip_prefix("product#")?;
    Some(json!({
        "pk": {"S": key}, "sku": {"S": sku}, "name": {"S": sku}, "description": {"S": ""}, "price_minor": {"N": "1250"},
        "currency": {"S": "EUR"}, "available": {"N": "9"}, "listing": {"S": "products"},
    }))
}
