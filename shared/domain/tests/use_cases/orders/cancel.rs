//! Tests of cancelling an order.

use std::time::Duration;

use domain::orders::cancel::CancelOrder;
use domain::orders::order::Order;
use domain::orders::ports::CancelOutcome;
use domain::values::{CorrelationId, CustomerId, OrderStatus};

use super::{clock, order, shop_with};

async fn cancelled(order: &Order, customer: &str) -> CancelOutcome {
    let clock = clock();
    clock.advance(Duration::from_secs(9));
    let orders = shop_with([order.clone()]);
    let cancel = CancelOrder { orders, clock };
    let request = CorrelationId::parse("request-2").unwrap();
    cancel
        .run(&CustomerId::parse(customer).unwrap(), &order.id, &request)
        .await
        .unwrap()
}

#[tokio::test]
async fn only_what_is_confirmed_can_be_cancelled_and_asking_twice_is_harmless() {
    for status in OrderStatus::ALL {
        let order = order("ann", 1, status);
        let expected = match status {
            OrderStatus::Confirmed => CancelOutcome::Cancelling(Order {
                status: OrderStatus::Cancelling,
                updated_at: order.created_at.plus(Duration::from_secs(8)),
                payment_token: None,
                ..order.clone()
            }),
            OrderStatus::Cancelling => CancelOutcome::Cancelling(order.clone()),
            _ => CancelOutcome::Refused(status),
        };
        assert_eq!(cancelled(&order, "ann").await, expected, "{status:?}");
    }
}

#[tokio::test]
async fn anothers_order_cannot_be_cancelled_nor_found() {
    let order = order("ann", 1, OrderStatus::Confirmed);
    assert_eq!(cancelled(&order, "bob").await, CancelOutcome::NotFound);
}
