//! Tests of listing orders.

use domain::orders::list::{ListOrders, ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX};
use domain::orders::ports::OrderQuery;
use domain::values::{CustomerId, OrderStatus};

use super::{order, shop_with};

fn query(limit: usize) -> OrderQuery {
    OrderQuery {
        customer: CustomerId::parse("ann").unwrap(),
        status: None,
        after: None,
        limit,
    }
}

#[tokio::test]
async fn a_page_has_at_least_one_and_at_most_a_hundred_orders() {
    let orders = shop_with((1..=101).map(|number| order("ann", number, OrderStatus::Pending)));
    let list = ListOrders { orders };
    for (limit, length) in [
        (0, 1),
        (1, 1),
        (ORDERS_PAGE_DEFAULT, 20),
        (ORDERS_PAGE_MAX, 100),
        (usize::MAX, 100),
    ] {
        assert_eq!(list.run(&query(limit)).await.unwrap().orders.len(), length, "{limit}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_newest_first_and_own_orders_only() {
    let all = [("ann", 1), ("ann", 2), ("ann", 3), ("bob", 4)];
    let orders = shop_with(all.map(|(customer, number)| order(customer, number, OrderStatus::Pending)));
    let list = ListOrders { orders };
    let first = list.run(&query(2)).await.unwrap();
    let second = list
        .run(&OrderQuery {
            after: first.next,
            ..query(2)
        })
        .await
        .unwrap();
    let ids: Vec<_> = first
        .orders
        .iter()
        .chain(&second.orders)
        .map(|order| order.id.as_str())
        .collect();
    assert_eq!(ids, ["order-3", "order-2", "order-1"]);
    assert_eq!(second.next, None);
}
