//! What if a request were looked up first and written down then, or completed by whoever comes late?

use std::sync::Arc;

use adapter_memory::tables::Tables;
use async_trait::async_trait;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, OrderId, Timestamp};
use state_machine::DefinitionFault;

use crate::design::Design;
use crate::ports::Shop;

/// Two requests under one key can both find nothing: two orders, and two answers.
pub fn looked_up_and_then_written() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "get, then put, of the idempotency key",
        replace_ports: |ports, shop| ports.idempotency = Arc::new(GetThenPut(shop.clone())),
        ..Design::ours()?
    })
}

/// An attempt that stood still for longer than its lease writes its order beside that of its successor.
pub fn completed_without_a_fence() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a lease without a fence",
        replace_ports: |ports, shop| ports.orders = Arc::new(Unfenced(shop.clone())),
        ..Design::ours()?
    })
}

/// Two requests where there should be one: somebody else can come in between.
struct GetThenPut(Shop);

#[async_trait]
impl IdempotencyStore for GetThenPut {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
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

/// Places an order without looking at whose turn it is.
struct Unfenced(Shop);

#[async_trait]
impl OrderRepository for Unfenced {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
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
        self.0.find(id).await
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
