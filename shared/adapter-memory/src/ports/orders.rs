//! How are orders placed once, read, and moved along?

use async_trait::async_trait;
use domain::fulfilment::ports::{FulfilmentOrder, OrderBook, ParkedOrder, ParkedOrders, Parking, SagaKind, Transition};
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, RejectionReason, Timestamp};

use crate::access::{Access, Ports};
use crate::tables::Tables;
use crate::tables::orders::{Completed, Row, Step, fulfilment_order};

#[async_trait]
impl<A: Access> OrderRepository for Ports<A> {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let (order, completion) = (order.clone(), completion.clone());
        let place = move |Tables { orders, requests, .. }: &mut Tables| {
            let completed = (requests.complete)(requests, &completion, &order.id);
            if completed == Completed::LeaseLost {
                return PlaceOutcome::LeaseLost;
            }
            if !orders.rows.contains_key(&order.id) {
                orders.put(order.clone());
            }
            PlaceOutcome::Placed
        };
        self.0.write("orders.place", place).await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).map(|row| row.order.clone());
        self.0.read("orders.find", find).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        self.0.read("orders.list", |tables| tables.orders.list(query)).await
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        let (id, customer, correlation_id) = (id.clone(), customer.clone(), correlation_id.clone());
        let begin = move |tables: &mut Tables| {
            let row = tables.orders.rows.get(&id);
            let Some(row) = row.filter(|row| row.order.customer == customer) else {
                return CancelOutcome::NotFound;
            };
            match row.order.status {
                OrderStatus::Cancelling => CancelOutcome::Cancelling(row.order.clone()),
                OrderStatus::Confirmed => {
                    let mut after = row.moved_to(OrderStatus::Cancelling);
                    after.cancel_correlation_id = Some(correlation_id.clone());
                    after.order.updated_at = at;
                    tables.orders.store(after.clone());
                    CancelOutcome::Cancelling(after.order)
                }
                status => CancelOutcome::Refused(status),
            }
        };
        self.0.write("orders.begin_cancelling", begin).await
    }
}

#[async_trait]
impl<A: Access> OrderBook for Ports<A> {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).map(|row| fulfilment_order(&row.order));
        self.0.read("orders.find", find).await
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let decide = |row: &Row| match row.due() {
            OrderStatus::Pending => Step::Become(row.moved_to(OrderStatus::Confirmed)),
            OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled => Step::AlreadyDone,
            OrderStatus::Rejected | OrderStatus::Parked => Step::Refused,
        };
        let confirm = move |tables: &mut Tables| tables.orders.change(&id, at, decide);
        self.0.write("orders.confirm", confirm).await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let decide = move |row: &Row| match row.due() {
            OrderStatus::Pending => {
                let mut after = row.moved_to(OrderStatus::Rejected);
                after.order.reason = Some(reason);
                Step::Become(after)
            }
            OrderStatus::Rejected => Step::AlreadyDone,
            _ => Step::Refused,
        };
        let reject = move |tables: &mut Tables| tables.orders.change(&id, at, decide);
        self.0.write("orders.reject", reject).await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let decide = |row: &Row| match row.due() {
            OrderStatus::Cancelling => Step::Become(row.moved_to(OrderStatus::Cancelled)),
            OrderStatus::Cancelled => Step::AlreadyDone,
            _ => Step::Refused,
        };
        let complete = move |tables: &mut Tables| tables.orders.change(&id, at, decide);
        self.0.write("orders.complete_cancel", complete).await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let (id, parking) = (id.clone(), parking.clone());
        let park = move |tables: &mut Tables| {
            tables.orders.change(&id, at, |row| match row.order.status {
                status if status == saga.awaited_in() => {
                    let mut after = row.moved_to(OrderStatus::Parked);
                    after.parked_from = Some(status);
                    after.parking = Some(parking.clone());
                    Step::Become(after)
                }
                OrderStatus::Parked => Step::AlreadyDone,
                _ => Step::Refused,
            })
        };
        self.0.write("orders.park", park).await
    }

    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        let overdue = |Row { order, .. }: &Row| {
            let is_open = matches!(order.status, OrderStatus::Pending | OrderStatus::Cancelling);
            (is_open && order.updated_at < before).then(|| fulfilment_order(order))
        };
        self.0
            .read("orders.overdue", |tables| tables.orders.oldest(limit, overdue))
            .await
    }
}

#[async_trait]
impl<A: Access> ParkedOrders for Ports<A> {
    async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
        self.0
            .read("orders.parked", |tables| tables.orders.oldest(limit, Row::parked))
            .await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).and_then(Row::parked);
        self.0.read("orders.find_parked", find).await
    }
}

#[async_trait]
impl<A: Access> IdempotencyStore for Ports<A> {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let claim = claim.clone();
        let effect = move |Tables { requests, .. }: &mut Tables| {
            requests.standing(&claim).unwrap_or_else(|| requests.grant(&claim))
        };
        self.0.write("requests.claim", effect).await
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let scope = scope.clone();
        let abandon = move |tables: &mut Tables| tables.requests.abandon(&scope, fence);
        self.0.write("requests.abandon", abandon).await
    }
}
