//! `GET /orders/{id}` as guides for Lambda in Rust show it, with all default settings.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Error, Request, RequestExt as _, Response, run, service_fn, tracing};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    unit_price_minor: i64,
    currency: String,
}

#[derive(Serialize)]
struct Money {
    amount_minor: i64,
    currency: String,
}

#[derive(Serialize)]
struct Item {
    sku: String,
    quantity: u32,
    unit_price: Money,
}

#[derive(Serialize)]
struct Order {
    id: String,
    status: String,
    items: Vec<Item>,
    total: Money,
    created_at: String,
    updated_at: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let client = Client::new(&aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await);
    let table = std::env::var("ORDERS_TABLE")?;
    let (client, table) = (&client, table.as_str());
    run(service_fn(move |request| answer(client, table, request))).await
}

async fn answer(client: &Client, table: &str, request: Request) -> Result<Response<Body>, Error> {
    let parameters = request.path_parameters();
    let id = parameters.first("id").ok_or("the path has no id")?;
    let caller = caller(&request).ok_or("the request has no caller")?;
    let found = client
        .get_item()
        .table_name(table)
        .key("pk", AttributeValue::S(format!("order#{id}")))
        .consistent_read(true)
        .send()
        .await?;
    let order = match found.item {
        Some(item) if text(&item, "customer_id")? == caller => order(&item)?,
        _ => return Ok(Response::builder().status(404).body(Body::Empty)?),
    };
    tracing::info!(order_id = id, status = 200, "invocation ended");
    let body = serde_json::to_string(&order)?;
    Ok(Response::builder()
        .header("content-type", "application/json")
        .body(body.into())?)
}

fn caller(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => {
            let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
            claims.get("sub").cloned()
        }
        _ => None,
    }
}

fn order(item: &HashMap<String, AttributeValue>) -> Result<Order, Error> {
    let lines: Vec<Line> = serde_json::from_str(&text(item, "lines")?)?;
    let items = lines.into_iter().map(|line| Item {
        sku: line.sku,
        quantity: line.quantity,
        unit_price: Money {
            amount_minor: line.unit_price_minor,
            currency: line.currency,
        },
    });
    Ok(Order {
        id: text(item, "order_id")?,
        status: text(item, "status")?,
        items: items.collect(),
        total: Money {
            amount_minor: number(item, "total_minor")?,
            currency: text(item, "currency")?,
        },
        created_at: time(item, "created_at")?,
        updated_at: time(item, "updated_at")?,
    })
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> Result<String, Error> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    Ok(value.ok_or("an attribute is missing")?.clone())
}

fn number(item: &HashMap<String, AttributeValue>, name: &str) -> Result<i64, Error> {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    Ok(value.ok_or("an attribute is missing")?.parse()?)
}

fn time(item: &HashMap<String, AttributeValue>, name: &str) -> Result<String, Error> {
    Ok(Timestamp::from_millisecond(number(item, name)?)?.to_string())
}
