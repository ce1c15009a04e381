//! Which ports does a design decide on? Those in which a broken design differs from ours, in one method each.

use adapter_memory::tables::Tables;
use async_trait::async_trait;
use domain::fulfilment::ports::{
    Authorization, Capture, PaymentGateway, Refund, Reservation, StockLedger, StockLine, Void,
};
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, Money, OrderId, PaymentToken, Timestamp};

use crate::call::Call;
use crate::design::{Design, Requests};

/// Every port of the domain, behind one invocation.
pub type Shop = adapter_memory::Ports<Call>;

/// The ports of a shop as its design has them.
pub(crate) struct Designed(pub(crate) Shop);

impl Designed {
    fn design(&self) -> &Design {
        &self.0.0.world.design
    }
}

#[async_trait]
impl PaymentGateway for Designed {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        self.0.authorize(payment, amount, token).await
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        let (payment, capture) = (payment.clone(), self.design().capture);
        let effect = move |tables: &mut Tables| capture(&mut tables.gateway, &payment);
        self.0.write("gateway.capture", effect).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        let (payment, void) = (payment.clone(), self.design().void);
        let effect = move |tables: &mut Tables| void(&mut tables.gateway, &payment);
        self.0.write("gateway.void", effect).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.0.refund(payment).await
    }
}

#[async_trait]
impl StockLedger for Designed {
    async fn reserve(&self, order: &OrderId, lines: &[StockLine], _: Timestamp) -> Result<Reservation, PortFailure> {
        let (order, lines, reserve) = (order.clone(), lines.to_vec(), self.design().reserve);
        let effect = move |tables: &mut Tables| reserve(&mut tables.products, &order, &lines);
        self.0.write("stock.reserve", effect).await
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        self.0.commit(order, at).await
    }

    async fn give_back(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let (order, give_back) = (order.clone(), self.design().give_back);
        let effect = move |tables: &mut Tables| give_back(&mut tables.products, &order);
        self.0.write("stock.give_back", effect).await
    }
}

#[async_trait]
impl IdempotencyStore for Designed {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        if self.design().requests != Requests::GetThenPut {
            return self.0.claim(claim).await;
        }
        // Two requests where there should be one: somebody else can come in between.
        let get = |tables: &Tables| tables.requests.standing(claim);
        if let Some(standing) = self.0.read("requests.get", get).await? {
            return Ok(standing);
        }
        let claim = claim.clone();
        let put = move |tables: &mut Tables| tables.requests.grant(&claim);
        self.0.write("requests.put", put).await
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        self.0.abandon(scope, fence).await
    }
}

#[async_trait]
impl OrderRepository for Designed {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        if self.design().requests != Requests::Unfenced {
            return self.0.place(order, completion).await;
        }
        // Without looking at whose turn it is.
        let (order, completion) = (order.clone(), completion.clone());
        let place = move |tables: &mut Tables| {
            if let Some(record) = tables.requests.records.get_mut(&completion.scope) {
                record.completed = Some((order.id.clone(), completion.reply.clone()));
            }
            if !tables.orders.rows.contains_key(&order.id) {
                tables.orders.put(order.clone());
            }
            PlaceOutcome::Placed
        };
        self.0.write("orders.place", place).await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        OrderRepository::find(&self.0, id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        self.0.list(query).await
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        self.0.begin_cancelling(id, customer, correlation_id, at).await
    }
}
