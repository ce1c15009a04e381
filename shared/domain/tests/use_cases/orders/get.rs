//! Tests of reading an order.

use domain::orders::get::GetOrder;
use domain::values::{CustomerId, OrderId, OrderStatus};

use super::{order, shop_with};

#[tokio::test]
async fn anothers_order_is_as_absent_as_one_that_never_was() {
    let anns = order("ann", 1, OrderStatus::Pending);
    let get = GetOrder {
        orders: shop_with([anns.clone()]),
    };
    assert_eq!(get.run(&anns.customer, &anns.id).await.unwrap().as_ref(), Some(&anns));
    assert_eq!(
        get.run(&CustomerId::parse("bob").unwrap(), &anns.id).await.unwrap(),
        None
    );
    assert_eq!(
        get.run(&anns.customer, &OrderId::parse("order-2").unwrap())
            .await
            .unwrap(),
        None
    );
}
