//! Tests of placing an order exactly once.

use std::sync::Arc;
use std::time::Duration;

use adapter_memory::Memory;
use adapter_memory::tables::Tables;
use adapter_memory::time::{CountedIds, SetClock};
use domain::orders::order::{NewOrderLine, Order};
use domain::orders::place::{IDEMPOTENCY_KEPT, NewOrder, PlaceOrder, PlaceOrderError, PlacedOrder};
use domain::orders::ports::{IdempotencyClaim, IdempotencyClaimed, IdempotencyScope, PayloadHash, RecordedReply};
use domain::orders::pricing::OrderFault;
use domain::ports::Clock;
use domain::values::{
    CorrelationId, CustomerId, IdempotencyKey, OrderLines, OrderStatus, PaymentToken, Quantity, Sku, Timestamp,
};

use super::{clock, euros};

const LEASE: Duration = Duration::from_secs(10);

struct Shop {
    memory: Arc<Memory>,
    clock: Arc<SetClock>,
    ids: Arc<CountedIds>,
}

fn payload(number: u8) -> PayloadHash {
    PayloadHash {
        current: vec![number],
        legacy: [number; 32],
    }
}

impl Shop {
    fn selling_nothing() -> Self {
        let clock = clock();
        Self {
            memory: Memory::new(clock.clone()),
            clock,
            ids: Arc::new(CountedIds::new("order", 1)),
        }
    }

    fn selling_mugs() -> Self {
        let shop = Self::selling_nothing();
        shop.set_price("MUG", 1_250);
        shop
    }

    fn set_price(&self, sku: &str, cents: i64) {
        let sku = Sku::parse(sku).unwrap();
        self.memory.change(|tables| tables.products.put(&sku, euros(cents), 10));
    }

    fn orders(&self) -> Vec<Order> {
        let orders = |tables: &Tables| tables.orders.rows.values().map(|row| row.order.clone()).collect();
        self.memory.look(orders)
    }

    fn use_case(&self) -> PlaceOrder {
        PlaceOrder {
            orders: self.memory.clone(),
            idempotency: self.memory.clone(),
            prices: self.memory.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn request(&self, sku: &str) -> NewOrder {
        NewOrder {
            customer: CustomerId::parse("ann").unwrap(),
            lines: OrderLines::new(vec![NewOrderLine {
                sku: Sku::parse(sku).unwrap(),
                quantity: Quantity::new(2).unwrap(),
            }])
            .unwrap(),
            payment_token: PaymentToken::parse("tok_ok").unwrap(),
            idempotency_key: IdempotencyKey::parse("key-1").unwrap(),
            payload_hash: payload(1),
            lease_until: self.clock.now().plus(LEASE),
            correlation_id: CorrelationId::parse("request-1").unwrap(),
        }
    }

    async fn place(&self, new: &NewOrder) -> Result<PlacedOrder, PlaceOrderError> {
        self.use_case().run(new, &rendered).await
    }
}

fn rendered(order: &Order) -> RecordedReply {
    RecordedReply(format!("{} costs {}", order.id, order.total.to_decimal_text()).into_bytes())
}

fn reply(text: &str) -> RecordedReply {
    RecordedReply(text.as_bytes().to_vec())
}

#[tokio::test]
async fn an_order_is_placed_at_todays_prices() {
    let shop = Shop::selling_mugs();
    let placed = shop.place(&shop.request("MUG")).await.unwrap();
    assert_eq!(placed, PlacedOrder::New(reply("order-1 costs 25.00 EUR")));
    let orders = shop.orders();
    assert_eq!(orders.len(), 1);
    assert_eq!(
        (orders[0].status, orders[0].created_at),
        (OrderStatus::Pending, shop.clock.now())
    );
    assert_eq!(orders[0].lines[0].unit_price.amount_minor(), 1_250);
}

#[tokio::test]
async fn a_replay_is_answered_as_before_and_does_not_touch_prices() {
    let shop = Shop::selling_mugs();
    shop.place(&shop.request("MUG")).await.unwrap();
    shop.set_price("MUG", 9_999);
    shop.clock.advance(Duration::from_hours(7 * 24 - 1));
    let replayed = shop.place(&shop.request("MUG")).await.unwrap();
    assert_eq!(replayed, PlacedOrder::Replayed(reply("order-1 costs 25.00 EUR")));
    assert_eq!(shop.memory.calls_of("products.prices"), 1);
    assert_eq!(shop.orders().len(), 1);

    shop.clock.advance(Duration::from_hours(1));
    let forgotten = shop.place(&shop.request("MUG")).await.unwrap();
    assert_eq!(forgotten, PlacedOrder::New(reply("order-2 costs 199.98 EUR")));
}

#[tokio::test]
async fn a_key_serves_one_payload_of_one_customer() {
    let shop = Shop::selling_mugs();
    shop.place(&shop.request("MUG")).await.unwrap();
    let other_payload = NewOrder {
        payload_hash: payload(2),
        ..shop.request("MUG")
    };
    assert!(matches!(
        shop.place(&other_payload).await,
        Err(PlaceOrderError::OtherPayload)
    ));
    let other_customer = NewOrder {
        customer: CustomerId::parse("bob").unwrap(),
        ..other_payload
    };
    assert!(matches!(shop.place(&other_customer).await, Ok(PlacedOrder::New(_))));
}

#[tokio::test]
async fn a_refused_order_frees_its_key() {
    let shop = Shop::selling_mugs();
    let refused = shop.place(&shop.request("TEE")).await;
    let unknown = [OrderFault::UnknownSku { line: 0 }];
    assert!(matches!(refused, Err(PlaceOrderError::Refused(faults)) if faults == unknown));
    assert_eq!(shop.orders(), []);
    shop.set_price("TEE", 100);
    let corrected = NewOrder {
        payload_hash: payload(2),
        ..shop.request("TEE")
    };
    assert!(matches!(shop.place(&corrected).await, Ok(PlacedOrder::New(_))));
}

#[tokio::test]
async fn a_failure_before_anything_was_written_frees_the_key() {
    let shop = Shop::selling_mugs();
    shop.memory.refuse_next("products.prices");
    let failed = shop.place(&shop.request("MUG")).await;
    assert!(matches!(failed, Err(PlaceOrderError::Port(failure)) if failure.transient));
    let placed = shop.place(&shop.request("MUG")).await.unwrap();
    assert_eq!(placed, PlacedOrder::New(reply("order-1 costs 25.00 EUR")));
}

#[tokio::test]
async fn a_key_that_cannot_be_freed_does_not_hide_why_there_is_no_order() {
    let shop = Shop::selling_mugs();
    for sku in ["TEE", "MUG"] {
        shop.memory.refuse_next("requests.abandon");
        shop.memory.refuse_after(usize::from(sku == "TEE"), "products.prices");
        let error = shop.place(&shop.request(sku)).await.unwrap_err();
        let PlaceOrderError::KeyStaysClaimed { cause, failure } = error else {
            panic!("{error:?}");
        };
        assert_eq!(failure.action, "requests.abandon");
        let is_expected = match *cause {
            PlaceOrderError::Refused(faults) => sku == "TEE" && faults == [OrderFault::UnknownSku { line: 0 }],
            PlaceOrderError::Port(failure) => sku == "MUG" && failure.transient,
            _ => false,
        };
        assert!(is_expected, "{sku}");
        let next = shop.place(&shop.request(sku)).await;
        assert!(matches!(next, Err(PlaceOrderError::InProgress)), "until the lease ends");
        shop.clock.advance(LEASE);
    }
}

#[tokio::test]
async fn a_failure_that_may_have_written_the_order_does_not_free_the_key() {
    let shop = Shop::selling_mugs();
    shop.memory.refuse_next("orders.place");
    assert!(matches!(
        shop.place(&shop.request("MUG")).await,
        Err(PlaceOrderError::Port(_))
    ));
    assert_eq!(shop.memory.calls_of("requests.abandon"), 0);
    assert!(matches!(
        shop.place(&shop.request("MUG")).await,
        Err(PlaceOrderError::InProgress)
    ));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_told_to_the_next_attempt() {
    let shop = Shop::selling_mugs();
    shop.memory.lose_answer("orders.place");
    let lost = shop.place(&shop.request("MUG")).await;
    assert!(matches!(lost, Err(PlaceOrderError::Port(failure)) if failure.transient));
    let replayed = shop.place(&shop.request("MUG")).await.unwrap();
    assert_eq!(replayed, PlacedOrder::Replayed(reply("order-1 costs 25.00 EUR")));
    assert_eq!(shop.orders().len(), 1);
}

/// While prices are read, the lease runs out and another attempt takes over.
fn take_over(shop: &Shop, new: &NewOrder) {
    let (clock, payload_hash) = (shop.clock.clone(), new.payload_hash.clone());
    let scope = IdempotencyScope {
        customer: new.customer.clone(),
        operation: "place-order",
        key: new.idempotency_key.clone(),
    };
    shop.memory.change_before("products.prices", move |tables| {
        let claim = |now: Timestamp| IdempotencyClaim {
            scope: scope.clone(),
            payload_hash: payload_hash.clone(),
            now,
            lease_until: now.plus(LEASE),
            expires_at: now.plus(IDEMPOTENCY_KEPT),
        };
        let early = tables.requests.standing(&claim(clock.now()));
        assert_eq!(early, Some(IdempotencyClaimed::InProgress), "while the lease lasts");
        clock.advance(LEASE);
        let late = claim(clock.now());
        assert_eq!(tables.requests.standing(&late), None, "once it has run out");
        tables.requests.grant(&late);
    });
}

#[tokio::test]
async fn an_attempt_that_lost_its_lease_writes_nothing() {
    let shop = Shop::selling_mugs();
    let new = shop.request("MUG");
    take_over(&shop, &new);
    assert!(matches!(shop.place(&new).await, Err(PlaceOrderError::InProgress)));
    assert_eq!(shop.orders(), []);

    // Refused behind a lost lease, it must not free the key of its successor.
    let shop = Shop::selling_nothing();
    let new = shop.request("MUG");
    take_over(&shop, &new);
    assert!(matches!(shop.place(&new).await, Err(PlaceOrderError::Refused(_))));
    assert!(matches!(
        shop.place(&shop.request("MUG")).await,
        Err(PlaceOrderError::InProgress)
    ));
}
