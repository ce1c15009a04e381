//! Which ports can be broken in one place, while everything else in them is ours?

use adapter_memory::payments::Gateway;
use adapter_memory::products::Products;
use adapter_memory::tables::Tables;
use async_trait::async_trait;
use domain::fulfilment::ports::{
    Authorization, Capture, PaymentGateway, Refund, Reservation, StockLedger, StockLine, Void,
};
use domain::ports::PortFailure;
use domain::values::{Money, OrderId, PaymentToken, Timestamp};
use sandbox_gateway::payment::Payment;

use crate::ports::Shop;

pub(crate) struct BrokenGateway {
    pub(crate) shop: Shop,
    pub(crate) capture: fn(&mut Gateway, &OrderId) -> Capture,
    pub(crate) void: fn(&mut Gateway, &OrderId) -> Void,
}

impl BrokenGateway {
    /// Nothing is broken yet.
    pub(crate) fn of(shop: &Shop) -> Self {
        Self {
            shop: shop.clone(),
            capture: |gateway, payment| gateway.decide(payment, Payment::capture),
            void: |gateway, payment| gateway.decide(payment, Payment::void),
        }
    }
}

#[async_trait]
impl PaymentGateway for BrokenGateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        self.shop.authorize(payment, amount, token).await
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        let (payment, capture) = (payment.clone(), self.capture);
        let effect = move |tables: &mut Tables| capture(&mut tables.gateway, &payment);
        self.shop.write("gateway.capture", effect).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        let (payment, void) = (payment.clone(), self.void);
        let effect = move |tables: &mut Tables| void(&mut tables.gateway, &payment);
        self.shop.write("gateway.void", effect).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.shop.refund(payment).await
    }
}

pub(crate) struct BrokenStock {
    pub(crate) shop: Shop,
    pub(crate) reserve: fn(&mut Products, &OrderId, &[StockLine]) -> Reservation,
    pub(crate) give_back: fn(&mut Products, &OrderId),
}

impl BrokenStock {
    /// Nothing is broken yet.
    pub(crate) fn of(shop: &Shop) -> Self {
        Self {
            shop: shop.clone(),
            reserve: Products::reserve,
            give_back: Products::give_back,
        }
    }
}

#[async_trait]
impl StockLedger for BrokenStock {
    async fn reserve(&self, order: &OrderId, lines: &[StockLine], _: Timestamp) -> Result<Reservation, PortFailure> {
        let (order, lines, reserve) = (order.clone(), lines.to_vec(), self.reserve);
        let effect = move |tables: &mut Tables| reserve(&mut tables.products, &order, &lines);
        self.shop.write("stock.reserve", effect).await
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        self.shop.commit(order, at).await
    }

    async fn give_back(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let (order, give_back) = (order.clone(), self.give_back);
        let effect = move |tables: &mut Tables| give_back(&mut tables.products, &order);
        self.shop.write("stock.give_back", effect).await
    }
}
