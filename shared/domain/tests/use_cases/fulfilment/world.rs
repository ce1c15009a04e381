//! The shop in memory around one order, for the tests of fulfilment.

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::tables::Tables;
use adapter_memory::time::SetClock;
use domain::fulfilment::ports::{
    Authorization, Capture, FulfilmentOrder, Parking, PaymentGateway, PaymentState, SagaKind, SagaStanding, SagaStart,
};
use domain::fulfilment::reservation_state::ReservationState;
use domain::orders::order::{Order, OrderLine};
use domain::stored_order::StoredOrder;
use domain::values::{Currency, Money, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity, Sku, Timestamp};
use port_contracts::samples::anns_order;
use sandbox_gateway::ledger::{LedgerEvent, Movement};

/// An hour after time began, for ever.
pub(super) const NOW_MS: i64 = 60 * 60 * 1_000;

pub(super) fn now() -> Timestamp {
    Timestamp::from_unix_ms(NOW_MS)
}

/// 3 MUG and 1 TEE for 12.50 EUR, of which 10 each are there.
pub(super) struct World {
    pub(super) order: FulfilmentOrder,
    pub(super) id: OrderId,
    pub(super) memory: Arc<Memory>,
    pub(super) clock: Arc<SetClock>,
}

/// What really happened to the customer's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Held(Money),
    Freed,
    Taken(Money),
    Returned(Money),
}

impl World {
    pub(super) fn new() -> Self {
        Self::paying_with("tok_ok")
    }

    pub(super) fn paying_with(token: &str) -> Self {
        let world = Self::with_orders([order("order-1", token)]);
        world.put("MUG", 10);
        world.put("TEE", 10);
        world
    }

    /// The first of the orders is the one that the world is about.
    pub(super) fn with_orders(orders: impl IntoIterator<Item = Order>) -> Self {
        let clock = Arc::new(SetClock::at(now()));
        let memory = Memory::new(clock.clone());
        let orders: Vec<Order> = orders.into_iter().collect();
        let order = FulfilmentOrder::from(StoredOrder::new(orders[0].clone()));
        memory.change(|tables| {
            for order in orders {
                tables.orders.put(StoredOrder::new(order));
            }
        });
        Self {
            id: order.id.clone(),
            order,
            memory,
            clock,
        }
    }

    pub(super) async fn authorized(self) -> Self {
        let order = &self.order;
        let token = order.payment_token.as_ref().unwrap();
        let answer = self.memory.authorize(&self.id, order.total, token).await;
        assert_eq!(answer.unwrap(), Authorization::Authorized);
        self
    }

    pub(super) async fn captured(self) -> Self {
        let world = self.authorized().await;
        assert_eq!(world.memory.capture(&world.id).await.unwrap(), Capture::Captured);
        world
    }

    pub(super) fn put(&self, sku: &str, units: u32) {
        let sku = Sku::parse(sku).unwrap();
        self.memory
            .change(|tables| tables.products.put(&sku, euros(100), units));
    }

    /// Units of MUG and TEE.
    pub(super) fn available(&self) -> (i64, i64) {
        let units = |sku: &str| {
            let sku = Sku::parse(sku).unwrap();
            self.memory.look(|tables| tables.products.available(&sku))
        };
        (units("MUG"), units("TEE"))
    }

    pub(super) fn is_committed(&self) -> bool {
        let state = |tables: &Tables| tables.products.held[&self.id].state;
        self.memory.look(state) == ReservationState::Committed
    }

    pub(super) fn stored(&self) -> Order {
        self.memory.look(|tables| tables.orders.rows[&self.id].order.clone())
    }

    pub(super) fn status(&self) -> OrderStatus {
        self.stored().status
    }

    pub(super) fn parking(&self) -> Option<Parking> {
        self.memory.look(|tables| tables.orders.rows[&self.id].parking.clone())
    }

    /// Brings the order where its saga, its customer or an operator would have brought it.
    pub(super) fn bring(&self, status: OrderStatus) {
        self.memory.change(|tables| bring(tables, &self.id, status));
    }

    pub(super) fn moves(&self) -> Vec<Move> {
        let moved = |movement: &Movement| match (movement.event, movement.amount) {
            (LedgerEvent::Authorized, Some(amount)) => Some(Move::Held(amount)),
            (LedgerEvent::Captured, Some(amount)) => Some(Move::Taken(amount)),
            (LedgerEvent::Refunded, Some(amount)) => Some(Move::Returned(amount)),
            (LedgerEvent::Voided, Some(_)) => Some(Move::Freed),
            (_, None) => None,
        };
        let ledger = self.memory.look(|tables| tables.gateway.ledger.clone());
        ledger.iter().filter_map(|(_, movement)| moved(movement)).collect()
    }

    /// Our own note of the payment.
    pub(super) fn record(&self) -> Option<(PaymentState, Money)> {
        let record = self.memory.look(|tables| tables.payments.get(&self.id).copied());
        record.map(|record| (record.state, record.amount))
    }

    pub(super) fn set_saga(&self, kind: SagaKind, standing: SagaStanding) {
        self.memory.change(|tables| tables.sagas.set(kind, &self.id, standing));
    }

    pub(super) fn starts(&self) -> Vec<SagaStart> {
        self.memory.look(|tables| tables.sagas.starts.clone())
    }
}

pub(super) fn bring(tables: &mut Tables, id: &OrderId, status: OrderStatus) {
    let row = tables.orders.rows.get_mut(id).unwrap();
    row.parked_from = (status == OrderStatus::Parked).then_some(row.order.status);
    row.order.status = status;
}

pub(super) fn order(id: &str, token: &str) -> Order {
    Order {
        id: order_id(id),
        lines: OrderLines::new(vec![line("MUG", 3), line("TEE", 1)]).unwrap(),
        total: euros(1_250),
        payment_token: PaymentToken::parse(token).ok(),
        created_at: Timestamp::from_unix_ms(0),
        updated_at: Timestamp::from_unix_ms(0),
        ..anns_order()
    }
}

pub(super) fn order_id(id: &str) -> OrderId {
    OrderId::parse(id).unwrap()
}

pub(super) fn line(sku: &str, units: u32) -> OrderLine {
    OrderLine {
        sku: Sku::parse(sku).unwrap(),
        quantity: Quantity::new(units).unwrap(),
        unit_price: euros(100),
    }
}

pub(super) fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::parse("EUR").unwrap()).unwrap()
}
