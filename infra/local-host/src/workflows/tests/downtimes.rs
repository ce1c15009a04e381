//! Tests that an execution survives hours in which its host was stopped, and then still times out as its machine says.

use super::*;

/// The order was placed 27 hours ago, longer than its saga may last.
async fn interrupted_long_ago() -> Shop {
    let shop = interrupted().await;
    shop.age("UPDATE executions SET started_at = started_at - 97200000")
        .await;
    shop
}

async fn status_after_a_restart(shop: &Shop) -> ExecutionStatus {
    let _process = shop.process(Arc::new(Steps::default())).await;
    shop.ended(Workflow::OrderSaga, "order-1").await.status
}

#[tokio::test]
async fn an_order_in_flight_when_the_host_was_stopped_for_a_day_is_fulfilled() {
    let shop = interrupted_long_ago().await;
    shop.age("UPDATE host_heartbeat SET at_ms = at_ms - 97200000").await;
    assert_eq!(status_after_a_restart(&shop).await, ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn an_order_that_ran_for_a_day_is_timed_out() {
    let shop = interrupted_long_ago().await;
    assert_eq!(status_after_a_restart(&shop).await, ExecutionStatus::TimedOut);
}
