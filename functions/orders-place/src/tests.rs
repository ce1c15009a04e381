//! What is answered to an order, and what is written?

use function_tests::{ORDER, World, http, problem};

use super::*;

#[tokio::test]
async fn a_placed_order_is_answered_with_itself_and_its_address() {
    let world = World::open();
    world.ids.announce(ORDER);
    let place = PlaceOrder::from(&world.shop.ports);
    let answer = http(handle(world.invocation("orders-place"), &place).await);
    assert_eq!(
        answer,
        json!({
            "status": 202,
            "headers": {
                "Cache-Control": "no-store",
                "Content-Type": "application/json",
                "Location": format!("/orders/{ORDER}"),
                "X-Correlation-Id": "req-7f3a2b10",
            },
            "body": {
                "id": ORDER,
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
    assert_eq!(world.order(ORDER).await, answer["body"]);
}

#[tokio::test]
async fn an_order_with_faults_is_answered_with_all_of_them() {
    let world = World::open();
    let place = PlaceOrder::from(&world.shop.ports);
    let answer = http(handle(world.invocation("orders-place.rejected"), &place).await);
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
