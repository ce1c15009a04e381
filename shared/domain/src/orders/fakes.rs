//! What do the ports of orders do, kept in memory for tests?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;

use super::order::Order;
use super::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome, PriceList, RecordedReply,
};
use crate::ports::{Clock, IdGenerator, PortFailure};
use crate::values::{CorrelationId, Currency, CustomerId, Money, OrderId, OrderLines, OrderStatus, Sku, Timestamp};

/// Stands still until it is moved.
#[derive(Default)]
pub(super) struct FixedClock(AtomicI64);

impl FixedClock {
    pub(super) fn advance(&self, duration: Duration) {
        self.0.store(self.now().plus(duration).unix_ms(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// `order-1`, `order-2` and so on.
#[derive(Default)]
pub(super) struct CountedIds(AtomicUsize);

impl IdGenerator for CountedIds {
    fn next_id(&self) -> String {
        format!("order-{}", self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

/// Orders and idempotency records in one store, because they change in one transaction.
#[derive(Default)]
pub(super) struct Store {
    state: Mutex<State>,
    /// `place` does its work, and its answer gets lost, once.
    pub(super) loses_answer: AtomicBool,
}

#[derive(Default)]
struct State {
    orders: BTreeMap<OrderId, Order>,
    records: BTreeMap<IdempotencyScope, Record>,
    last_fence: u64,
}

#[derive(Clone)]
struct Record {
    claim: IdempotencyClaim,
    fence: Fence,
    abandoned: bool,
    reply: Option<RecordedReply>,
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn orders(&self) -> Vec<Order> {
        self.lock().orders.values().cloned().collect()
    }

    pub(super) fn put(&self, order: Order) {
        self.lock().orders.insert(order.id.clone(), order);
    }
}

#[async_trait]
impl IdempotencyStore for Store {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let mut state = self.lock();
        let known = state.records.get(&claim.scope);
        if let Some(record) = known.filter(|record| !record.abandoned && record.claim.expires_at > claim.now) {
            if record.claim.payload_hash != claim.payload_hash {
                return Ok(IdempotencyClaimed::OtherPayload);
            }
            if let Some(reply) = &record.reply {
                return Ok(IdempotencyClaimed::Replay(reply.clone()));
            }
            if record.claim.lease_until > claim.now {
                return Ok(IdempotencyClaimed::InProgress);
            }
        }
        state.last_fence += 1;
        let fence = Fence(state.last_fence);
        let record = Record {
            claim: claim.clone(),
            fence,
            abandoned: false,
            reply: None,
        };
        state.records.insert(claim.scope.clone(), record);
        Ok(IdempotencyClaimed::Granted(fence))
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let mut state = self.lock();
        let record = state.records.get_mut(scope);
        if let Some(record) = record.filter(|record| record.fence == fence && record.reply.is_none()) {
            record.abandoned = true;
        }
        Ok(())
    }
}

#[async_trait]
impl OrderRepository for Store {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let mut state = self.lock();
        if !state.orders.contains_key(&order.id) {
            let record = state.records.get_mut(&completion.scope);
            let ours = |record: &&mut Record| !record.abandoned && record.fence == completion.fence;
            let Some(record) = record.filter(ours) else {
                return Ok(PlaceOutcome::LeaseLost);
            };
            record.reply = Some(completion.reply.clone());
            state.orders.insert(order.id.clone(), order.clone());
        }
        if self.loses_answer.swap(false, Ordering::SeqCst) {
            return Err(PortFailure::transient("save order", "the connection was reset"));
        }
        Ok(PlaceOutcome::Placed)
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        Ok(self.lock().orders.get(id).cloned())
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let position = |order: &Order| (order.created_at, order.id.clone());
        let after = query.after.as_ref().map(|after| (after.created_at, after.id.clone()));
        let mut orders = self.orders();
        orders.retain(|order| {
            order.customer == query.customer
                && query.status.is_none_or(|status| order.status == status)
                && after.as_ref().is_none_or(|after| position(order) < *after)
        });
        orders.sort_by_key(|order| std::cmp::Reverse(position(order)));
        let more = orders.len() > query.limit;
        orders.truncate(query.limit);
        let last = orders.last().filter(|_| more);
        let next = last.map(|order| OrderPosition {
            created_at: order.created_at,
            id: order.id.clone(),
        });
        Ok(OrderPage { orders, next })
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        _correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        let mut state = self.lock();
        let order = state.orders.get_mut(id);
        let Some(order) = order.filter(|order| order.customer == *customer) else {
            return Ok(CancelOutcome::NotFound);
        };
        match order.status {
            OrderStatus::Confirmed => {
                order.status = OrderStatus::Cancelling;
                order.updated_at = at;
                Ok(CancelOutcome::Cancelling(order.clone()))
            }
            OrderStatus::Cancelling => Ok(CancelOutcome::Cancelling(order.clone())),
            status => Ok(CancelOutcome::Refused(status)),
        }
    }
}

/// Prices in cents of a euro.
#[derive(Default)]
pub(super) struct Prices {
    cents: Mutex<BTreeMap<Sku, i64>>,
    pub(super) lookups: AtomicUsize,
}

impl Prices {
    pub(super) fn set(&self, sku: &str, cents: i64) {
        self.cents.lock().unwrap().insert(Sku::parse(sku).unwrap(), cents);
    }
}

#[async_trait]
impl PriceList for Prices {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let euro = Currency::parse("EUR").unwrap();
        let mut prices = BTreeMap::new();
        for (sku, cents) in self.cents.lock().unwrap().iter().filter(|(sku, _)| skus.contains(sku)) {
            prices.insert(sku.clone(), Money::new(*cents, euro).unwrap());
        }
        Ok(prices)
    }
}

/// An order of MUG for 12.50 EUR, placed at its `number`th second.
pub(super) fn order(customer: &str, number: i64, status: OrderStatus) -> Order {
    let created_at = Timestamp::from_unix_ms(number * 1_000);
    let price = Money::new(1_250, Currency::parse("EUR").unwrap()).unwrap();
    Order {
        id: OrderId::parse(&format!("order-{number}")).unwrap(),
        customer: CustomerId::parse(customer).unwrap(),
        lines: OrderLines::new(vec![super::order::OrderLine {
            sku: Sku::parse("MUG").unwrap(),
            quantity: crate::values::Quantity::new(1).unwrap(),
            unit_price: price,
        }])
        .unwrap(),
        total: price,
        payment_token: crate::values::PaymentToken::parse("tok_ok").unwrap(),
        status,
        reason: None,
        correlation_id: CorrelationId::parse("request-1").unwrap(),
        created_at,
        updated_at: created_at,
    }
}
