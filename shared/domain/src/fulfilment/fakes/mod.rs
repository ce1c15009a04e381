//! What do the ports of fulfilment do, kept in memory for tests? Each honours the contract that its port states.

mod book;
mod gateway;
mod mail;
mod runner;
mod stock;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) use book::Book;
pub(super) use gateway::{Gateway, Move, Records};
pub(super) use mail::{Directory, Outbox, Sends};
pub(super) use runner::Runner;
pub(super) use stock::Stock;

use super::ports::{Authorization, Capture, FulfilmentOrder, PaymentGateway, StockLine};
use crate::ports::{Clock, PortFailure};
use crate::values::{
    CorrelationId, Currency, CustomerId, Money, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity, Sku,
    Timestamp,
};

/// An hour after time began, for ever.
pub(super) struct FixedClock;

impl FixedClock {
    pub(super) const NOW_MS: i64 = 60 * 60 * 1_000;
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(Self::NOW_MS)
    }
}

/// The way back from a port. A call whose answer is lost did its work nevertheless: the worst that a caller can meet.
#[derive(Default)]
pub(super) struct Answers {
    loses_next: AtomicBool,
}

impl Answers {
    pub(super) fn lose_next(&self) {
        self.loses_next.store(true, Ordering::SeqCst);
    }

    fn give<T>(&self, answer: T) -> Result<T, PortFailure> {
        if self.loses_next.swap(false, Ordering::SeqCst) {
            return Err(PortFailure::transient("wait for the answer", "it got lost"));
        }
        Ok(answer)
    }
}

/// The outside world around one order: 3 MUG and 1 TEE for 12.50 EUR, of which 10 each are there.
pub(super) struct World {
    pub(super) order: FulfilmentOrder,
    pub(super) id: OrderId,
    pub(super) book: Arc<Book>,
    pub(super) stock: Arc<Stock>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) records: Arc<Records>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::paying_with("tok_ok")
    }

    pub(super) fn paying_with(token: &str) -> Self {
        let order = order("order-1", token);
        let stock = Stock::default();
        stock.put("MUG", 10);
        stock.put("TEE", 10);
        let book = Book::default();
        book.put(order.clone());
        Self {
            id: order.id.clone(),
            order,
            book: Arc::new(book),
            stock: Arc::new(stock),
            gateway: Arc::default(),
            records: Arc::default(),
        }
    }

    pub(super) async fn authorized(self) -> Self {
        let order = &self.order;
        let answer = self
            .gateway
            .authorize(&self.id, order.total, &order.payment_token)
            .await;
        assert_eq!(answer.unwrap(), Authorization::Authorized);
        self
    }

    pub(super) async fn captured(self) -> Self {
        let world = self.authorized().await;
        assert_eq!(world.gateway.capture(&world.id).await.unwrap(), Capture::Captured);
        world
    }
}

pub(super) fn order(id: &str, token: &str) -> FulfilmentOrder {
    FulfilmentOrder {
        id: order_id(id),
        customer: CustomerId::parse("ann").unwrap(),
        lines: OrderLines::new(vec![line("MUG", 3), line("TEE", 1)]).unwrap(),
        total: euros(1_250),
        payment_token: PaymentToken::parse(token).unwrap(),
        status: OrderStatus::Pending,
        reason: None,
        correlation_id: CorrelationId::parse("request-1").unwrap(),
        updated_at: Timestamp::from_unix_ms(0),
    }
}

pub(super) fn order_id(id: &str) -> OrderId {
    OrderId::parse(id).unwrap()
}

pub(super) fn line(sku: &str, units: u32) -> StockLine {
    StockLine {
        sku: Sku::parse(sku).unwrap(),
        quantity: Quantity::new(units).unwrap(),
    }
}

pub(super) fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::parse("EUR").unwrap()).unwrap()
}
