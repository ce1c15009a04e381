//! The ports of orders: placing, reading, status changes and idempotency records.

use async_trait::async_trait;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, OverduePage, OverduePosition, OverdueQuery, ParkedList, ParkedOrder, ParkedOrders,
    Parking, SagaKind, Transition,
};
use domain::fulfilment::status_change::StatusChange;
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::stored_order::StoredOrder;
use domain::values::{CorrelationId, CustomerId, OrderId, RejectionReason, Timestamp};

use crate::access::{Access, Ports};
use crate::tables::Tables;
use crate::tables::orders::Completed;

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
                orders.put(StoredOrder::new(order.clone()));
            }
            PlaceOutcome::Placed
        };
        self.0.write("orders.place", place).await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).map(|row| row.order.clone());
        self.0.read("orders.find", find).await
    }

    async fn history(&self, id: &OrderId) -> Result<Option<RecordedHistory>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).cloned().map(StoredOrder::into_history);
        self.0.read("orders.history", find).await
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
        let begin = move |Tables { orders, .. }: &mut Tables| {
            let Some(row) = orders.rows.get(&id).filter(|row| row.order.customer == customer) else {
                return CancelOutcome::NotFound;
            };
            let Some(after) = row.cancelling(&correlation_id, at) else {
                return CancelOutcome::of(row.order.clone());
            };
            orders.put(after.clone());
            CancelOutcome::of(after.order)
        };
        self.0.write("orders.begin_cancelling", begin).await
    }
}

impl<A: Access> Ports<A> {
    async fn change_status(
        &self,
        operation: &'static str,
        id: &OrderId,
        change: StatusChange,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let effect = move |tables: &mut Tables| tables.orders.change(&id, change.clone(), at);
        self.0.write(operation, effect).await
    }
}

#[async_trait]
impl<A: Access> OrderBook for Ports<A> {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).cloned().map(FulfilmentOrder::from);
        self.0.read("orders.find", find).await
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change_status("orders.confirm", id, StatusChange::Confirm, at)
            .await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change_status("orders.reject", id, StatusChange::Reject(reason), at)
            .await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let change = StatusChange::CompleteCancel;
        self.change_status("orders.complete_cancel", id, change, at).await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let change = StatusChange::Park(saga, parking.clone());
        self.change_status("orders.park", id, change, at).await
    }

    async fn overdue(&self, query: &OverdueQuery) -> Result<OverduePage, PortFailure> {
        let overdue = |row: &StoredOrder| {
            let order = &row.order;
            let is_after = |after: &OverduePosition| (order.updated_at, &order.id) > (after.updated_at, &after.id);
            let is_overdue =
                order.status.is_open() && order.updated_at < query.before && query.after.as_ref().is_none_or(is_after);
            is_overdue.then(|| FulfilmentOrder::from(row.clone()))
        };
        let find = |tables: &Tables| {
            let (orders, unreadable, next) = tables.orders.oldest(query.limit, overdue);
            OverduePage {
                orders,
                unreadable,
                next,
            }
        };
        self.0.read("orders.overdue", find).await
    }
}

#[async_trait]
impl<A: Access> ParkedOrders for Ports<A> {
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure> {
        let list = |tables: &Tables| {
            let (parked, unreadable, _) = tables.orders.oldest(limit, |row| row.clone().into_parked());
            ParkedList { parked, unreadable }
        };
        self.0.read("orders.parked", list).await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id)?.clone().into_parked();
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
