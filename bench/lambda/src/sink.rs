//! The AWS of the measured processes. It answers at once: it has one order and one product, accepts every change, and
//! has no files.

use std::sync::Arc;

use bench_kit::http::{Request, Response};
use bench_kit::server;
use bench_kit::trouble::Trouble;
use rustls::ServerConfig;
use serde_json::{Value, json};

/// The order and the customer of `events/`.
const ORDER_ID: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";
const CUSTOMER: &str = "7d1e4c52-90b1-70aa-3f6e-0c9b2f1a8e01";

/// Listens until this process ends, and returns the value for `AWS_ENDPOINT_URL`.
pub(crate) fn start(tls: Option<Arc<ServerConfig>>) -> Result<String, Trouble> {
    server::start(tls, |request| Some(answer(request)))
}

fn answer(request: &Request<'_>) -> Response {
    let operation = request
        .header("x-amz-target")
        .and_then(|target| target.split('.').nth(1));
    let is_s3 = request
        .header("authorization")
        .is_some_and(|signature| signature.contains("/s3/"));
    if is_s3 && request.method() != "PUT" && request.method() != "HEAD" {
        return Response::xml(404, "<Error><Code>NoSuchKey</Code></Error>");
    }
    let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
    Response::json(&answer_of(operation.unwrap_or(request.path()), &body))
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
        // Every claim succeeds, and every counter starts at one.
        "UpdateItem" if body["ReturnValues"] == "UPDATED_NEW" => {
            json!({"Attributes": {"fence": {"N": "1"}, "sequence": {"N": "1"}}})
        }
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

/// An order with two lines, as `adapter-dynamodb` writes it, or a product in stock.
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
