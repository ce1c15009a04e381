//! Where does every order stand, and how did it get there? The orders and their stream, changed as one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::fulfilment::ports::{FulfilmentOrder, ParkedOrder, Parking, StockLine, Transition};
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::{OrderPage, OrderPosition, OrderQuery};
use domain::values::{CorrelationId, OrderId, OrderStatus, Timestamp};

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
pub(crate) enum Step {
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

    pub(crate) fn store(&mut self, row: Row) {
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

    pub(crate) fn change(&mut self, id: &OrderId, at: Timestamp, decide: impl FnOnce(&Row) -> Step) -> Transition {
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

    pub(crate) fn list(&self, query: &OrderQuery) -> OrderPage {
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
    pub(crate) fn oldest<T>(&self, limit: usize, select: impl Fn(&Row) -> Option<T>) -> Vec<T> {
        let selected = self.rows.values().filter_map(|row| Some((row, select(row)?)));
        let mut selected: Vec<_> = selected.collect();
        selected.sort_by_key(|(row, _)| (row.order.updated_at, &row.order.id));
        selected.into_iter().map(|(_, order)| order).take(limit).collect()
    }
}

impl Row {
    /// The status that decides what may follow: while PARKED, the one before.
    pub(crate) fn due(&self) -> OrderStatus {
        self.parked_from.unwrap_or(self.order.status)
    }

    pub(crate) fn moved_to(&self, status: OrderStatus) -> Self {
        let mut after = self.clone();
        after.order.status = status;
        after.parked_from = None;
        after
    }

    pub(crate) fn parked(&self) -> Option<ParkedOrder> {
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
