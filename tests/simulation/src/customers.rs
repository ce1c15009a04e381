//! The actions of people: customers order, retry and cancel; staff restocks; operators redrive.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use domain::values::{OrderId, OrderStatus};
use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::design::{PRODUCTS, sku_named};
use crate::functions::invoke;
use crate::scheduler::{Owner, lock};
use crate::workflows;
use crate::world::World;

/// Attempts of a customer before giving up.
const ATTEMPTS_MAX: u32 = 6;
/// The client timeout. Longer than the lease of a request, so that the next attempt can overtake the first.
const CLIENT_TIMEOUT_MS: i64 = 12_000;
/// The pause before a retry.
const RETRY_PAUSE_MS: i64 = 4_000;
/// Attempts to cancel an order that cannot be cancelled yet.
const CANCELS_MAX: u32 = 40;
const CANCEL_AGAIN_MS: i64 = 15_000;

/// A deed at a point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Milliseconds after the beginning of the history.
    pub at_ms: i64,
    pub deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A customer orders with the key `request-{request}`. A second deed of the same request is a retry.
    Place {
        request: u8,
        token: &'static str,
        units: [u32; 3],
    },
    /// The customer of this request cancels its order, if it exists.
    Cancel { request: u8 },
    /// Staff adds units to the stock.
    Restock { product: usize, units: i64 },
    /// An operator redrives all parked orders, while faults go on.
    Redrive,
}

impl Deed {
    /// Pays by the provider that answers at once.
    pub(crate) fn pay_at_once(&mut self) {
        if let Self::Place { token, .. } = self
            && token.starts_with("tok_later")
        {
            *token = "tok_ok";
        }
    }

    pub(crate) fn is_cancel(&self) -> bool {
        matches!(self, Self::Cancel { .. })
    }
}

pub(crate) fn act(world: &Arc<World>, action: &Action) {
    let (arrives, world_of_task, deed) = (world.sleep(action.at_ms), Arc::clone(world), action.deed.clone());
    world.spawn(Owner::World, async move {
        arrives.await;
        world_of_task.record(|| format!("ACTION {deed}"));
        match deed {
            Deed::Place { request, token, units } => place(&world_of_task, request, token, units).await,
            Deed::Cancel { request } => cancel(&world_of_task, request).await,
            Deed::Restock { product, units } => {
                let sku = sku_named(PRODUCTS[product].0);
                lock(&world_of_task.auditor).restocked(&sku, units);
                world_of_task.change(|tables| tables.products.restock(&sku, units));
            }
            Deed::Redrive => {
                for id in parked(&world_of_task) {
                    // A running execution cannot be redriven; a later deed may succeed.
                    let _is_over = redrive(&world_of_task, &id);
                }
            }
        }
    });
}

async fn place(world: &Arc<World>, request: u8, token: &'static str, units: [u32; 3]) {
    let items: Vec<Value> = PRODUCTS
        .iter()
        .zip(units)
        .filter(|(_, units)| *units > 0)
        .map(|((sku, ..), quantity)| json!({ "sku": sku, "quantity": quantity }))
        .collect();
    let body = json!({ "items": items, "payment_token": token }).to_string();
    for attempt in 1..=ATTEMPTS_MAX {
        let mut event = http_event("POST /orders", "/orders", request);
        event["headers"]["idempotency-key"] = json!(format!("request-{request}"));
        event["headers"]["content-type"] = json!("application/json");
        event["body"] = json!(body);
        let answer = match select(
            pin!(invoke(world, "orders-place", event)),
            world.sleep(CLIENT_TIMEOUT_MS),
        )
        .await
        {
            Either::Left((answer, _)) => answer.ok(),
            Either::Right(_) => None,
        };
        let status = answer.as_ref().and_then(|answer| answer["statusCode"].as_u64());
        world.record(|| format!("       request-{request} is answered {status:?}"));
        if let (Some(202), Some(answer)) = (status, &answer) {
            world.look(|tables| lock(&world.auditor).accepted(request, &answer["body"], tables));
            return;
        }
        if matches!(status, Some(400..=408 | 410..=499)) {
            return;
        }
        if attempt < ATTEMPTS_MAX {
            world.sleep(RETRY_PAUSE_MS).await;
        }
    }
}

async fn cancel(world: &Arc<World>, request: u8) {
    for _ in 0..CANCELS_MAX {
        let order = world.look(|tables| {
            let customer = customer(request);
            let mut rows = tables.orders.rows.values();
            rows.find(|row| row.order.customer.as_str() == customer)
                .map(|row| row.order.id.to_string())
        });
        if let Some(order) = order {
            let mut event = http_event("POST /orders/{id}/cancel", &format!("/orders/{order}/cancel"), request);
            event["pathParameters"] = json!({ "id": order });
            let answer = invoke(world, "orders-cancel", event).await;
            let status = answer.ok().and_then(|answer| answer["statusCode"].as_u64());
            world.record(|| format!("       the cancel of request-{request} is answered {status:?}"));
            if status == Some(202) {
                return;
            }
            let may_come = world.look(|tables| {
                let mut rows = tables.orders.rows.values();
                rows.any(|row| row.order.id.as_str() == order && !can_never_be_cancelled(row.order.status))
            });
            if !may_come {
                return;
            }
        }
        world.sleep(CANCEL_AGAIN_MS).await;
    }
}

/// Whether the order can never become cancellable without an action.
fn can_never_be_cancelled(status: OrderStatus) -> bool {
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
    match status {
        Pending | Confirmed => false,
        Rejected | Cancelling | Cancelled | Parked => true,
    }
}

pub(crate) fn parked(world: &World) -> Vec<OrderId> {
    world.look(|tables| {
        let rows = tables
            .orders
            .rows
            .values()
            .filter(|row| row.order.status == OrderStatus::Parked);
        rows.map(|row| row.order.id.clone()).collect()
    })
}

/// Redrives the execution in the parking of this order. `false` if there is nothing to redrive.
pub(crate) fn redrive(world: &Arc<World>, id: &OrderId) -> bool {
    let parking = world.look(|tables| tables.orders.rows.get(id).and_then(|row| row.parking.clone()));
    let execution = parking.map(|parking| parking.execution).unwrap_or_default();
    // An ARN ends with the name of the execution.
    let name = execution.rsplit(':').next().unwrap_or_default();
    world.record(|| format!("ACTION an operator redrives {name}"));
    workflows::redrive(world, name)
}

/// Every request has its own customer.
fn customer(request: u8) -> String {
    format!("customer-{request}")
}

fn http_event(route: &str, path: &str, request: u8) -> Value {
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "authorization": "Bearer token", "x-correlation-id": format!("correlation-{request}") },
        "requestContext": {
            "authorizer": { "jwt": {
                "claims": { "sub": customer(request), "token_use": "access" },
                "scopes": null,
            } },
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "curl",
            },
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    })
}

impl fmt::Display for Deed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place { request, token, units } => {
                write!(
                    formatter,
                    "request-{request} orders {units:?} of {}, {}, {} with {token}",
                    PRODUCTS[0].0, PRODUCTS[1].0, PRODUCTS[2].0
                )
            }
            Self::Cancel { request } => write!(formatter, "the customer of request-{request} cancels"),
            Self::Redrive => formatter.write_str("an operator redrives parked orders"),
            Self::Restock { product, units } => write!(formatter, "{units} more of {}", PRODUCTS[*product].0),
        }
    }
}
