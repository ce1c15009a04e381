//! Where does every order stand, and how did it get there? The orders and their stream, changed as one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, ParkedOrder, ParkedOrders, Parking, SagaKind, StockLine, Transition,
};
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::{
    CancelOutcome, IdempotencyCompletion, OrderPage, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, RejectionReason, Timestamp};

use crate::access::{Access, Ports};
use crate::requests::Completed;
use crate::tables::Tables;

#[derive(Debug, Default)]
pub struct Orders {
    pub rows: BTreeMap<OrderId, Row>,
    /// The order stream (the outbox): every committed change, oldest first.
    pub stream: Vec<Change>,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub order: Order,
    /// Of the request that cancelled it.
    pub cancel_correlation_id: Option<CorrelationId>,
    /// Present while PARKED: the status that the order had before.
    pub parked_from: Option<OrderStatus>,
    /// Why it was PARKED last; kept for people.
    pub parking: Option<Parking>,
}

#[derive(Debug, Clone)]
pub struct Change {
    pub order: OrderId,
    pub old: Option<OrderStatus>,
    pub new: OrderStatus,
    pub correlation_id: CorrelationId,
    pub cancel_correlation_id: Option<CorrelationId>,
}

/// What a transition does to the order that it finds.
enum Step {
    Become(Row),
    AlreadyDone,
    Refused,
}

impl Orders {
    /// Replaces the order, and writes the change to the stream.
    pub fn put(&mut self, order: Order) {
        self.store(Row {
            order,
            cancel_correlation_id: None,
            parked_from: None,
            parking: None,
        });
    }

    fn store(&mut self, row: Row) {
        let order = &row.order;
        self.stream.push(Change {
            order: order.id.clone(),
            old: self.rows.get(&order.id).map(|row| row.order.status),
            new: order.status,
            correlation_id: order.correlation_id.clone(),
            cancel_correlation_id: row.cancel_correlation_id.clone(),
        });
        self.rows.insert(order.id.clone(), row);
    }

    fn change(&mut self, id: &OrderId, at: Timestamp, decide: impl FnOnce(&Row) -> Step) -> Transition {
        let Some(row) = self.rows.get(id) else {
            return Transition::NotFound;
        };
        match decide(row) {
            Step::AlreadyDone => Transition::AlreadyDone,
            Step::Refused => Transition::Refused(row.order.status),
            Step::Become(mut after) => {
                after.order.updated_at = at;
                self.store(after);
                Transition::Done
            }
        }
    }

    fn list(&self, query: &OrderQuery) -> OrderPage {
        let position = |order: &Order| (order.created_at, order.id.clone());
        let after = query.after.as_ref().map(|after| (after.created_at, after.id.clone()));
        let is_wanted = |order: &&Order| {
            order.customer == query.customer
                && query.status.is_none_or(|status| order.status == status)
                && after.as_ref().is_none_or(|after| position(order) < *after)
        };
        let all = self.rows.values().map(|row| &row.order);
        let mut orders: Vec<Order> = all.filter(is_wanted).cloned().collect();
        orders.sort_by_key(|order| Reverse(position(order)));
        let has_more = orders.len() > query.limit;
        orders.truncate(query.limit);
        let last = orders.last().filter(|_| has_more);
        let next = last.map(|order| OrderPosition {
            created_at: order.created_at,
            id: order.id.clone(),
        });
        OrderPage { orders, next }
    }

    /// Longest unchanged first.
    fn oldest<T>(&self, limit: usize, select: impl Fn(&Row) -> Option<T>) -> Vec<T> {
        let selected = self.rows.values().filter_map(|row| Some((row, select(row)?)));
        let mut selected: Vec<_> = selected.collect();
        selected.sort_by_key(|(row, _)| (row.order.updated_at, &row.order.id));
        selected.into_iter().map(|(_, order)| order).take(limit).collect()
    }
}

impl Row {
    /// The status that decides what may follow: while PARKED, the one before.
    fn due(&self) -> OrderStatus {
        self.parked_from.unwrap_or(self.order.status)
    }

    fn moved_to(&self, status: OrderStatus) -> Self {
        let mut after = self.clone();
        after.order.status = status;
        after.parked_from = None;
        after
    }

    fn parked(&self) -> Option<ParkedOrder> {
        Some(ParkedOrder {
            order: fulfilment_order(&self.order),
            parked_from: self.parked_from?,
            parking: self.parking.clone()?,
        })
    }
}

pub fn fulfilment_order(order: &Order) -> FulfilmentOrder {
    let line = |line: &OrderLine| StockLine {
        sku: line.sku.clone(),
        quantity: line.quantity,
    };
    FulfilmentOrder {
        id: order.id.clone(),
        customer: order.customer.clone(),
        lines: order.lines.iter().map(line).collect(),
        total: order.total,
        payment_token: order.payment_token.clone(),
        status: order.status,
        reason: order.reason,
        correlation_id: order.correlation_id.clone(),
        updated_at: order.updated_at,
    }
}

#[async_trait]
impl<A: Access> OrderRepository for Ports<A> {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let (order, completion) = (order.clone(), completion.clone());
        let place = move |tables: &mut Tables| match tables.requests.complete(&completion, &order.id) {
            Completed::Now => {
                tables.orders.put(order.clone());
                PlaceOutcome::Placed
            }
            Completed::Before => PlaceOutcome::Placed,
            Completed::LeaseLost => PlaceOutcome::LeaseLost,
        };
        self.write("orders.place", place).await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).map(|row| row.order.clone());
        self.read("orders.find", find).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        self.read("orders.list", |tables| tables.orders.list(query)).await
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
        self.write("orders.begin_cancelling", begin).await
    }
}

#[async_trait]
impl<A: Access> OrderBook for Ports<A> {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).map(|row| fulfilment_order(&row.order));
        self.read("orders.find", find).await
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let decide = |row: &Row| match row.due() {
            OrderStatus::Pending => Step::Become(row.moved_to(OrderStatus::Confirmed)),
            OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled => Step::AlreadyDone,
            OrderStatus::Rejected | OrderStatus::Parked => Step::Refused,
        };
        let confirm = move |tables: &mut Tables| tables.orders.change(&id, at, decide);
        self.write("orders.confirm", confirm).await
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
        self.write("orders.reject", reject).await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let decide = |row: &Row| match row.due() {
            OrderStatus::Cancelling => Step::Become(row.moved_to(OrderStatus::Cancelled)),
            OrderStatus::Cancelled => Step::AlreadyDone,
            _ => Step::Refused,
        };
        let complete = move |tables: &mut Tables| tables.orders.change(&id, at, decide);
        self.write("orders.complete_cancel", complete).await
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
        self.write("orders.park", park).await
    }

    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        let overdue = |Row { order, .. }: &Row| {
            let is_open = matches!(order.status, OrderStatus::Pending | OrderStatus::Cancelling);
            (is_open && order.updated_at < before).then(|| fulfilment_order(order))
        };
        self.read("orders.overdue", |tables| tables.orders.oldest(limit, overdue))
            .await
    }
}

#[async_trait]
impl<A: Access> ParkedOrders for Ports<A> {
    async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
        self.read("orders.parked", |tables| tables.orders.oldest(limit, Row::parked))
            .await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        let find = |tables: &Tables| tables.orders.rows.get(id).and_then(Row::parked);
        self.read("orders.find_parked", find).await
    }
}
