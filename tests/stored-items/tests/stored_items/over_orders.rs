//! Records the answers of the ports over the orders table for a stored item.

use std::time::Duration;

use adapter_dynamodb::idempotency::DynamoIdempotencyStore;
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::orders::DynamoOrderRepository;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::fulfilment::parked::ParkedCase;
use domain::fulfilment::ports::{OrderBook, OverdueQuery, ParkedOrders, Parking, SagaKind};
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, IdempotencyClaim, IdempotencyClaimed, IdempotencyScope, IdempotencyStore, OrderQuery,
    OrderRepository, PayloadHash,
};
use domain::values::{
    CorrelationId, CustomerId, IdempotencyKey, OrderEvent, OrderId, OrderStatus, RejectionReason, Timestamp,
};
use serde_json::{Value, json};
use wire::order::OrderJson;
use wire::parked::ParkedOrderJson;

use crate::item::text;
use crate::over_items::{Answers, OverItems, later, number};

/// The items have no history: it has the creation and the present status.
async fn assert_history_is_known_in_part(orders: &DynamoOrderRepository, order: &Order) {
    let history = orders.history(&order.id).await.unwrap().unwrap();
    assert_eq!(history.recorded, []);
    let events = history.complete();
    assert_eq!(events.first(), Some(&OrderEvent::placed(order.created_at)));
    let last = events.last().map(|last| (last.at, last.status, last.reason));
    assert_eq!(last, Some((order.updated_at, order.status, order.reason)));
    assert_eq!(events.len(), if order.status == OrderStatus::Pending { 1 } else { 2 });
}

impl OverItems {
    pub(crate) async fn over_order(&self, answers: &mut Answers, key: &str, item: &Value) {
        let id = OrderId::parse(key).unwrap();
        let orders = DynamoOrderRepository { table: self.table() };
        let book = DynamoOrderBook { table: self.table() };
        let order = orders.find(&id).await.unwrap().unwrap();
        let mut shown = json!(OrderJson::from(&order));
        shown["customer"] = json!(order.customer.as_str());
        shown["correlation_id"] = json!(order.correlation_id.as_str());
        shown["payment_token"] = json!(order.payment_token.as_ref().unwrap().reveal());
        answers.json("find", Ok(shown));
        assert_history_is_known_in_part(&orders, &order).await;
        let query = OrderQuery {
            customer: order.customer.clone(),
            status: Some(order.status),
            after: None,
            limit: 9,
        };
        let ids = |orders: Vec<domain::orders::order::Order>| orders.iter().map(|order| order.id.to_string()).collect();
        answers.json("list", orders.list(&query).await.map(|page| ids(page.orders)));
        let parked = ParkedOrders::find(&book, &id)
            .await
            .map(|found| found.map(|parked| ParkedOrderJson::from(&ParkedCase { parked, payment: None })));
        answers.json("find parked", parked.map(|parked| json!(parked)));
        let overdue = OverdueQuery {
            before: later(),
            after: None,
            limit: 99,
        };
        let waiting = [
            book.overdue(&overdue)
                .await
                .map(|page| page.orders.iter().any(|order| order.id == id)),
            ParkedOrders::list(&book, 99)
                .await
                .map(|found| found.parked.iter().any(|parked| parked.order.id == id)),
        ];
        answers.outcome(
            "is overdue, is listed as parked",
            waiting.into_iter().collect::<Result<Vec<_>, _>>(),
        );
        answers.outcome("confirm", book.confirm(&id, later()).await);
        answers.outcome("reject", book.reject(&id, RejectionReason::OutOfStock, later()).await);
        answers.outcome("complete cancel", book.complete_cancel(&id, later()).await);
        let parking = Parking {
            execution: "execution".to_owned(),
            error: String::new(),
            cause: String::new(),
        };
        for saga in [SagaKind::Order, SagaKind::Cancel] {
            answers.outcome(&format!("park {saga:?}"), book.park(&id, saga, &parking, later()).await);
        }
        let correlation = CorrelationId::parse("correlation").unwrap();
        for customer in [text(item, "customer_id"), "somebody-else"] {
            let customer = CustomerId::parse(customer).unwrap();
            let is_own = customer == order.customer;
            let outcome = orders
                .begin_cancelling(&id, &customer, &correlation, later())
                .await
                .map(|outcome| match outcome {
                    CancelOutcome::Cancelling(order) => format!("Cancelling, {}", order.status.as_str()),
                    CancelOutcome::Refused(status) => format!("Refused, {}", status.as_str()),
                    CancelOutcome::NotFound => "NotFound".to_owned(),
                });
            answers.outcome(if is_own { "cancel" } else { "cancel by somebody else" }, outcome);
        }
    }

    pub(crate) async fn over_request(&self, answers: &mut Answers, key: &str, item: &Value) {
        let keys = DynamoIdempotencyStore { table: self.table() };
        let scope: Vec<&str> = key.splitn(3, ' ').collect();
        let operation = if scope[1] == "place-order" {
            "place-order"
        } else {
            "another-operation"
        };
        let (lease_until, expires_s) = (number(item, "lease_until"), number(item, "expires_at"));
        let stored = item["payload_hash"]["B"]
            .as_str()
            .map(|text| STANDARD.decode(text).unwrap());
        let stored: [u8; 32] = stored.map_or([0; 32], |bytes| bytes.try_into().unwrap());
        for (question, now_ms, hash) in [
            ("claim in time", lease_until - 1, stored),
            ("claim after the lease", lease_until, stored),
            ("claim another payload in time", lease_until - 1, [99; 32]),
            ("claim another payload after the lease", lease_until, [99; 32]),
            ("claim another payload once expired", expires_s * 1_000, [99; 32]),
        ] {
            let now = Timestamp::from_unix_ms(now_ms);
            let claim = IdempotencyClaim {
                scope: IdempotencyScope {
                    customer: CustomerId::parse(scope[0]).unwrap(),
                    operation,
                    key: IdempotencyKey::parse(scope[2]).unwrap(),
                },
                payload_hash: PayloadHash {
                    current: format!("v2:{}", hash[0]).into_bytes(),
                    legacy: hash,
                },
                now,
                lease_until: now.plus(Duration::from_secs(10)),
                expires_at: now.plus(Duration::from_hours(1)),
            };
            let answer = keys.claim(&claim).await.map(|claimed| match claimed {
                IdempotencyClaimed::Replay(reply) => format!("Replay, {}", STANDARD.encode(reply.0)),
                other => format!("{other:?}"),
            });
            answers.outcome(question, answer);
        }
    }
}
