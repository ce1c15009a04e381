//! What is answered to an order, and what is written?

use function_tests::{World, http, invocation, problem};

use super::*;

#[tokio::test]
async fn a_placed_order_is_answered_with_itself_and_its_address() {
    let world = World::open();
    let answer = http(handle(invocation("orders-place"), &PlaceOrder::from(&world.shop.ports)).await);
    assert_eq!(
        answer,
        json!({
            "status": 202,
            "headers": {
                "Cache-Control": "no-store",
                "Content-Type": "application/json",
                "Location": "/orders/id-1",
                "X-Correlation-Id": "req-7f3a2b10",
            },
            "body": {
                "id": "id-1",
                "status": "PENDING",
                "items": [
                    {"sku": "MUG-01", "quantity": 2, "unit_price": {"amount_minor": 1250, "currency": "EUR"}},
                    {"sku": "TEE-01", "quantity": 1, "unit_price": {"amount_minor": 2000, "currency": "EUR"}},
                ],
                "total": {"amount_minor": 4500, "currency": "EUR"},
                "created_at": "2026-11-01T10:00:00.000Z",
                "updated_at": "2026-11-01T10:00:00.000Z",
            },
        })
    );
    assert_eq!(json!(OrderJson::from(&world.order("id-1"))), answer["body"]);
}

#[tokio::test]
async fn an_order_with_faults_is_answered_with_all_of_them() {
    let world = World::open();
    let answer = http(
        handle(
            invocation("orders-place.rejected"),
            &PlaceOrder::from(&world.shop.ports),
        )
        .await,
    );
    let mut body = problem("invalid-content", "The body has faults in its content", 422);
    body["errors"] = json!([
        {"pointer": "/note", "detail": "is not a member of this object"},
        {"pointer": "/items/0/quantity", "detail": "a quantity is between 1 and 99"},
        {"pointer": "/items/2/sku", "detail": "is the sku of an earlier item"},
        {"pointer": "/items/2/quantity", "detail": "a quantity is between 1 and 99"},
        {"pointer": "/payment_token", "detail": "the identifier has a character that is not allowed"},
    ]);
    let headers = json!({
        "Cache-Control": "no-store",
        "Content-Type": "application/problem+json",
        "X-Correlation-Id": "req-7f3a2b10",
    });
    assert_eq!(answer, json!({"status": 422, "headers": headers, "body": body}));
}
