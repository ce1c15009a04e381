//! Tests of reading the history of an order, also one that was recorded in part.

use std::collections::BTreeSet;

use domain::fulfilment::ports::{Parking, SagaKind};
use domain::fulfilment::status_change::StatusChange;
use domain::orders::get_history::GetOrderHistory;
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::stored_order::StoredOrder;
use domain::values::{
    Actor, CorrelationId, CustomerId, ORDER_EVENTS_MAX, OrderEvent, OrderId, OrderStatus, RejectionReason, Timestamp,
};

use super::{order, shop_with};

const CREATED_MS: i64 = 1_000;

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn event(unix_ms: i64, status: OrderStatus, by: Actor) -> OrderEvent {
    OrderEvent {
        at: at(unix_ms),
        status,
        reason: None,
        by,
    }
}

fn complete(status: OrderStatus, recorded: &[OrderEvent]) -> Vec<OrderEvent> {
    let order = Order {
        updated_at: at(9_000),
        ..order("ann", 1, status)
    };
    let recorded = recorded.to_vec();
    RecordedHistory { order, recorded }.complete()
}

#[tokio::test]
async fn a_history_is_for_the_customer_of_the_order_only() {
    let anns = order("ann", 1, OrderStatus::Pending);
    let get = GetOrderHistory {
        orders: shop_with([anns.clone()]),
    };
    let history = get.run(&anns.customer, &anns.id).await.unwrap();
    assert_eq!(history, Some(vec![OrderEvent::placed(at(CREATED_MS))]));
    let bob = CustomerId::parse("bob").unwrap();
    assert_eq!(get.run(&bob, &anns.id).await.unwrap(), None);
    let other = OrderId::parse("order-2").unwrap();
    assert_eq!(get.run(&anns.customer, &other).await.unwrap(), None);
}

#[test]
fn an_order_without_a_recorded_history_has_its_creation_and_its_status() {
    use Actor::{Customer, Saga};
    let placed = OrderEvent::placed(at(CREATED_MS));
    assert_eq!(complete(OrderStatus::Pending, &[]), [placed]);
    for (status, by) in [
        (OrderStatus::Confirmed, Saga),
        (OrderStatus::Rejected, Saga),
        (OrderStatus::Cancelling, Customer),
        (OrderStatus::Cancelled, Saga),
        (OrderStatus::Parked, Saga),
    ] {
        assert_eq!(complete(status, &[]), [placed, event(9_000, status, by)]);
    }
    let rejected = Order {
        reason: Some(RejectionReason::OutOfStock),
        ..order("ann", 1, OrderStatus::Rejected)
    };
    let recorded = Vec::new();
    let events = RecordedHistory {
        order: rejected,
        recorded,
    }
    .complete();
    assert_eq!(events.last().unwrap().reason, Some(RejectionReason::OutOfStock));
}

#[test]
fn changes_by_an_earlier_version_are_completed_at_both_ends() {
    let placed = OrderEvent::placed(at(CREATED_MS));
    let confirmed = event(2_000, OrderStatus::Confirmed, Actor::Saga);
    let cancelling = event(3_000, OrderStatus::Cancelling, Actor::Customer);
    // Placed by the earlier version.
    let events = complete(OrderStatus::Confirmed, &[confirmed]);
    assert_eq!(events, [placed, confirmed]);
    // Last changed by the earlier version, after a rollback.
    let events = complete(OrderStatus::Cancelled, &[placed, confirmed, cancelling]);
    assert_eq!(
        events,
        [
            placed,
            confirmed,
            cancelling,
            event(9_000, OrderStatus::Cancelled, Actor::Saga)
        ]
    );
    // Confirmed by the earlier version: the change is absent, and nothing takes its place.
    let events = complete(OrderStatus::Cancelling, &[placed, cancelling]);
    assert_eq!(events, [placed, cancelling]);
}

#[test]
fn times_do_not_go_back_although_clocks_differ() {
    let early = event(CREATED_MS - 5, OrderStatus::Confirmed, Actor::Saga);
    let later = event(4_000, OrderStatus::Cancelling, Actor::Customer);
    let skewed = event(3_999, OrderStatus::Cancelled, Actor::Saga);
    let events = complete(
        OrderStatus::Cancelled,
        &[OrderEvent::placed(at(CREATED_MS)), early, later, skewed],
    );
    let times: Vec<i64> = events.iter().map(|event| event.at.unix_ms()).collect();
    assert_eq!(times, [CREATED_MS, CREATED_MS, 4_000, 4_000]);
}

/// Follows every path of status changes, so that a new status cannot make the limit wrong.
#[test]
fn no_order_has_more_events_than_the_limit() {
    let mut longest = 0;
    let mut last_statuses = BTreeSet::new();
    let mut open = vec![StoredOrder::new(order("ann", 1, OrderStatus::Pending))];
    while let Some(stored) = open.pop() {
        longest = longest.max(stored.history.len());
        assert!(longest <= ORDER_EVENTS_MAX, "{:?}", stored.history);
        assert_eq!(stored.history.last().unwrap().status, stored.order.status);
        let parking = Parking {
            execution: "execution".to_owned(),
            error: "States.Timeout".to_owned(),
            cause: String::new(),
        };
        let changes = [
            StatusChange::Confirm,
            StatusChange::Reject(RejectionReason::OutOfStock),
            StatusChange::CompleteCancel,
            StatusChange::Park(SagaKind::Order, parking.clone()),
            StatusChange::Park(SagaKind::Cancel, parking),
        ];
        let next = changes
            .into_iter()
            .filter_map(|change| stored.changed(change, at(2)).ok());
        let cancelling = stored.cancelling(&CorrelationId::parse("request").unwrap(), at(2));
        let next: Vec<_> = next.chain(cancelling).collect();
        if next.is_empty() {
            last_statuses.insert(stored.order.status);
        }
        open.extend(next);
    }
    assert_eq!(longest, ORDER_EVENTS_MAX, "the limit is not higher than it must be");
    assert_eq!(
        last_statuses,
        BTreeSet::from([OrderStatus::Rejected, OrderStatus::Cancelled])
    );
}
