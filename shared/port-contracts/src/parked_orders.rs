//! The contract of `ParkedOrders`.

use domain::fulfilment::ports::{ParkedOrder, SagaKind};
use domain::values::{OrderId, OrderStatus};

use crate::order_book::{Call, make, parking, placed};
use crate::orders::OrderPorts;
use crate::samples::{at, order_id};

/// The contract of [`ParkedOrders`](domain::fulfilment::ports::ParkedOrders).
pub async fn parked_orders(ports: &OrderPorts) {
    a_parked_order_is_listed_until_something_leads_it_on(ports).await;
    orders_parked_longest_come_first(ports).await;
    what_is_not_parked_is_not_found(ports).await;
}

async fn listed(ports: &OrderPorts, id: &OrderId) -> Option<ParkedOrder> {
    let listed = ports.parked.list(10_000).await.unwrap();
    assert_eq!(listed.unreadable, []);
    listed.parked.into_iter().find(|parked| parked.order.id == *id)
}

async fn a_parked_order_is_listed_until_something_leads_it_on(ports: &OrderPorts) {
    for (before, parked_from, leads_on) in [
        (&[][..], OrderStatus::Pending, Call::Confirm),
        (&[][..], OrderStatus::Pending, Call::Reject),
        (
            &[Call::Confirm, Call::BeginCancelling][..],
            OrderStatus::Cancelling,
            Call::CompleteCancel,
        ),
    ] {
        let order = placed(ports).await;
        for call in before {
            make(ports, &order, *call).await;
        }
        assert_eq!(listed(ports, &order.id).await, None);
        make(ports, &order, Call::Park).await;
        let expected = ParkedOrder {
            order: ports.book.find(&order.id).await.unwrap().unwrap(),
            parked_from,
            parking: parking(),
        };
        assert_eq!(ports.parked.find(&order.id).await.unwrap().as_ref(), Some(&expected));
        assert_eq!(listed(ports, &order.id).await, Some(expected));

        make(ports, &order, leads_on).await;
        assert_eq!(ports.parked.find(&order.id).await.unwrap(), None);
        assert_eq!(listed(ports, &order.id).await, None);
    }
}

async fn orders_parked_longest_come_first(ports: &OrderPorts) {
    for seconds in [7, 5, 6] {
        let order = placed(ports).await;
        ports
            .book
            .park(&order.id, SagaKind::Order, &parking(), at(seconds))
            .await
            .unwrap();
    }
    let listed = ports.parked.list(10_000).await.unwrap().parked;
    let times: Vec<_> = listed.iter().map(|parked| parked.order.updated_at).collect();
    assert!(times.len() >= 3 && times.is_sorted(), "{times:?}");
    assert_eq!(ports.parked.list(2).await.unwrap().parked, listed[..2]);
}

async fn what_is_not_parked_is_not_found(ports: &OrderPorts) {
    let order = placed(ports).await;
    assert_eq!(ports.parked.find(&order.id).await.unwrap(), None);
    assert_eq!(ports.parked.find(&order_id()).await.unwrap(), None);
}
