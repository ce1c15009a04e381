//! The contract of `OrderRepository` and `PriceList`.

use std::sync::Arc;

use domain::catalog::ports::CatalogWriter;
use domain::fulfilment::ports::{OrderBook, ParkedOrders, Transition};
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, IdempotencyStore, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome, PriceList,
};
use domain::values::{CustomerId, OrderStatus, RejectionReason};

use crate::probes::OrderChanges;
use crate::samples::{
    at, at_once, catalog_row, claim, completion, correlation, customer, euros, granted, order, order_id, place, sku,
    unique, version,
};

/// The ports that together keep orders, over one store.
pub struct OrderPorts {
    /// Places, lists and cancels.
    pub orders: Arc<dyn OrderRepository>,
    /// Claims the keys that orders are placed under.
    pub keys: Arc<dyn IdempotencyStore>,
    /// Changes the status.
    pub book: Arc<dyn OrderBook>,
    /// Lists PARKED orders.
    pub parked: Arc<dyn ParkedOrders>,
    /// Reads the order stream.
    pub changes: Arc<dyn OrderChanges>,
}

/// The contract of [`OrderRepository`] and its order stream.
pub async fn order_repository(ports: &OrderPorts) {
    an_order_reads_back_as_it_was_placed(ports).await;
    a_repeated_place_is_one_order(ports).await;
    the_list_is_the_customers_own_and_newest_first(ports).await;
    the_list_can_be_narrowed_to_a_status(ports).await;
    only_a_customers_own_confirmed_order_can_be_cancelled(ports).await;
    competing_cancels_change_the_order_once(ports).await;
}

/// The contract of [`PriceList`] over prices that `catalog` writes.
pub async fn price_list(prices: &dyn PriceList, catalog: &dyn CatalogWriter) {
    let (listed, unlisted) = (sku(), sku());
    catalog
        .apply(&catalog_row(&listed, 1_250, 1), version(1, 0), at(0))
        .await
        .unwrap();
    let found = prices.prices(&[unlisted, listed.clone()]).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), vec![(listed, euros(1_250))]);
    assert!(prices.prices(&[]).await.unwrap().is_empty());
}

async fn an_order_reads_back_as_it_was_placed(ports: &OrderPorts) {
    let order = order(&customer(), at(0));
    assert_eq!(ports.orders.find(&order.id).await.unwrap(), None);
    place(ports.orders.as_ref(), ports.keys.as_ref(), &order).await;
    assert_eq!(ports.orders.find(&order.id).await.unwrap().as_ref(), Some(&order));
    assert_eq!(ports.changes.statuses_of(&order.id).await, ["PENDING"]);
}

async fn a_repeated_place_is_one_order(ports: &OrderPorts) {
    let order = order(&customer(), at(0));
    let claim = claim(&order.customer, &unique("key"), 1, at(0));
    let fence = granted(ports.keys.as_ref(), &claim).await;
    let completion = completion(&claim, fence);
    let outcomes = at_once(|_| {
        let (orders, order, completion) = (Arc::clone(&ports.orders), order.clone(), completion.clone());
        async move { orders.place(&order, &completion).await.unwrap() }
    })
    .await;
    assert!(
        outcomes.iter().all(|outcome| *outcome == PlaceOutcome::Placed),
        "{outcomes:?}"
    );
    assert_eq!(page_ids(ports, &order.customer, None).await, [order.id.as_str()]);
    assert_eq!(ports.changes.statuses_of(&order.id).await, ["PENDING"]);
}

async fn the_list_is_the_customers_own_and_newest_first(ports: &OrderPorts) {
    let (ann, bob) = (customer(), customer());
    let mut anns = Vec::new();
    // Two of them in the same millisecond: their ids decide.
    for created_at in [at(3), at(1), at(2), at(2), at(4)] {
        let order = order(&ann, created_at);
        place(ports.orders.as_ref(), ports.keys.as_ref(), &order).await;
        anns.push(order);
    }
    place(ports.orders.as_ref(), ports.keys.as_ref(), &order(&bob, at(5))).await;
    anns.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    for limit in [1, 2, 5, 100] {
        let mut listed: Vec<Order> = Vec::new();
        let mut after: Option<OrderPosition> = None;
        loop {
            let query = OrderQuery {
                customer: ann.clone(),
                status: None,
                after,
                limit,
            };
            let page = ports.orders.list(&query).await.unwrap();
            assert!(page.orders.len() <= limit);
            listed.extend(page.orders);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, anns, "in pages of {limit}");
    }
}

async fn the_list_can_be_narrowed_to_a_status(ports: &OrderPorts) {
    let customer = customer();
    let (pending, rejected) = (order(&customer, at(0)), order(&customer, at(1)));
    place(ports.orders.as_ref(), ports.keys.as_ref(), &pending).await;
    place(ports.orders.as_ref(), ports.keys.as_ref(), &rejected).await;
    ports
        .book
        .reject(&rejected.id, RejectionReason::OutOfStock, at(2))
        .await
        .unwrap();
    let ids = page_ids(ports, &customer, Some(OrderStatus::Rejected)).await;
    assert_eq!(ids, [rejected.id.as_str()]);
    assert_eq!(
        page_ids(ports, &customer, Some(OrderStatus::Pending)).await,
        [pending.id.as_str()]
    );
    assert!(page_ids(ports, &customer, Some(OrderStatus::Parked)).await.is_empty());
}

async fn only_a_customers_own_confirmed_order_can_be_cancelled(ports: &OrderPorts) {
    let order = order(&customer(), at(0));
    let request = correlation("cancelling.request-1");
    let cancel = async |customer: &CustomerId, seconds| {
        ports
            .orders
            .begin_cancelling(&order.id, customer, &request, at(seconds))
            .await
            .unwrap()
    };
    assert_eq!(
        cancel(&order.customer, 1).await,
        CancelOutcome::NotFound,
        "not placed yet"
    );
    place(ports.orders.as_ref(), ports.keys.as_ref(), &order).await;
    let unknown = ports
        .orders
        .begin_cancelling(&order_id(), &order.customer, &request, at(1))
        .await
        .unwrap();
    assert_eq!(unknown, CancelOutcome::NotFound);
    assert_eq!(
        cancel(&order.customer, 1).await,
        CancelOutcome::Refused(OrderStatus::Pending)
    );
    assert_eq!(ports.book.confirm(&order.id, at(2)).await.unwrap(), Transition::Done);
    assert_eq!(cancel(&customer(), 3).await, CancelOutcome::NotFound, "another's order");

    let cancelling = Order {
        status: OrderStatus::Cancelling,
        updated_at: at(4),
        payment_token: None,
        ..order.clone()
    };
    for seconds in [4, 5] {
        let outcome = cancel(&order.customer, seconds).await;
        assert_eq!(outcome, CancelOutcome::Cancelling(cancelling.clone()), "{seconds}");
    }
    ports.book.complete_cancel(&order.id, at(6)).await.unwrap();
    assert_eq!(
        cancel(&order.customer, 7).await,
        CancelOutcome::Refused(OrderStatus::Cancelled)
    );
    let statuses = ports.changes.statuses_of(&order.id).await;
    assert_eq!(statuses, ["PENDING", "CONFIRMED", "CANCELLING", "CANCELLED"]);
}

async fn competing_cancels_change_the_order_once(ports: &OrderPorts) {
    let order = order(&customer(), at(0));
    place(ports.orders.as_ref(), ports.keys.as_ref(), &order).await;
    ports.book.confirm(&order.id, at(1)).await.unwrap();
    let outcomes = at_once(|number| {
        let (orders, order) = (Arc::clone(&ports.orders), order.clone());
        async move {
            let request = correlation(&format!("cancelling.request-{number}"));
            orders
                .begin_cancelling(&order.id, &order.customer, &request, at(2))
                .await
                .unwrap()
        }
    })
    .await;
    let all_cancelling = outcomes
        .iter()
        .all(|outcome| matches!(outcome, CancelOutcome::Cancelling(_)));
    assert!(all_cancelling, "{outcomes:?}");
    assert_eq!(
        ports.changes.statuses_of(&order.id).await,
        ["PENDING", "CONFIRMED", "CANCELLING"]
    );
}

async fn page_ids(ports: &OrderPorts, customer: &CustomerId, status: Option<OrderStatus>) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let query = OrderQuery {
            customer: customer.clone(),
            status,
            after,
            limit: 100,
        };
        let page = ports.orders.list(&query).await.unwrap();
        ids.extend(page.orders.iter().map(|order| order.id.to_string()));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}
