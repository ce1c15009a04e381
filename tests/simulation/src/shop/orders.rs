//! Where does every order stand, and how did it get there? The orders table and its stream, changed as one.

use std::collections::BTreeMap;

use domain::fulfilment::ports::{FulfilmentOrder, Parking, SagaKind, Transition};
use domain::orders::order::Order;
use domain::orders::ports::{CancelOutcome, OrderPage, OrderPosition, OrderQuery};
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, RejectionReason, Timestamp};
use serde_json::{Value, json};
use wire::order_item;

/// An order with what only its keeper knows.
#[derive(Debug, Clone)]
pub struct Row {
    pub order: Order,
    pub cancel_correlation_id: Option<CorrelationId>,
    /// Present while PARKED: the status that the order had before.
    pub parked_from: Option<OrderStatus>,
    /// Why it was PARKED last; kept for people.
    pub parking: Option<Parking>,
}

/// One change, as the stream tells of it.
#[derive(Debug, Clone)]
pub struct Change {
    pub order: OrderId,
    pub old: Option<OrderStatus>,
    pub new: OrderStatus,
    correlation_id: CorrelationId,
    cancel_correlation_id: Option<CorrelationId>,
}

#[derive(Debug, Default)]
pub struct OrderTable {
    rows: BTreeMap<OrderId, Row>,
    /// In the order of commits; a change's sequence number is its index.
    pub stream: Vec<Change>,
}

/// What a change does to the order that it finds.
enum Step {
    Become(Box<Row>),
    AlreadyDone,
    Refused,
}

impl OrderTable {
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    pub fn row(&self, id: &OrderId) -> Option<&Row> {
        self.rows.get(id)
    }

    pub fn insert(&mut self, order: &Order) {
        let row = Row {
            order: order.clone(),
            cancel_correlation_id: None,
            parked_from: None,
            parking: None,
        };
        self.stream.push(Change::of(None, &row));
        self.rows.insert(order.id.clone(), row);
    }

    pub fn find(&self, id: &OrderId) -> Option<FulfilmentOrder> {
        self.rows.get(id).map(|row| row.order.clone().into())
    }

    /// Newest first.
    pub fn list(&self, query: &OrderQuery) -> OrderPage {
        let position = |order: &Order| (order.created_at, order.id.clone());
        let after = query.after.as_ref().map(|after| (after.created_at, after.id.clone()));
        let is_wanted = |order: &&Order| {
            order.customer == query.customer
                && query.status.is_none_or(|status| order.status == status)
                && after.as_ref().is_none_or(|after| position(order) < *after)
        };
        let mut orders: Vec<Order> = self.rows().map(|row| &row.order).filter(is_wanted).cloned().collect();
        orders.sort_by_key(|order| std::cmp::Reverse(position(order)));
        let has_more = orders.len() > query.limit;
        orders.truncate(query.limit);
        let last = orders.last().filter(|_| has_more);
        let next = last.map(|order| OrderPosition {
            created_at: order.created_at,
            id: order.id.clone(),
        });
        OrderPage { orders, next }
    }

    pub fn overdue(&self, before: Timestamp, limit: usize) -> Vec<FulfilmentOrder> {
        let is_overdue = |order: &&Order| order.status.is_open() && order.updated_at < before;
        let orders = self.rows().map(|row| &row.order).filter(is_overdue);
        let mut overdue: Vec<FulfilmentOrder> = orders.cloned().map(FulfilmentOrder::from).collect();
        overdue.sort_by(|a, b| (a.updated_at, &a.id).cmp(&(b.updated_at, &b.id)));
        overdue.truncate(limit);
        overdue
    }

    pub fn begin_cancelling(
        &mut self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> CancelOutcome {
        let Some(row) = self.rows.get(id).filter(|row| row.order.customer == *customer) else {
            return CancelOutcome::NotFound;
        };
        match row.order.status {
            OrderStatus::Cancelling => CancelOutcome::Cancelling(row.order.clone()),
            OrderStatus::Confirmed => {
                let mut after = moved(row, OrderStatus::Cancelling);
                after.cancel_correlation_id = Some(correlation_id.clone());
                CancelOutcome::Cancelling(self.replace(after, at))
            }
            status => CancelOutcome::Refused(status),
        }
    }

    pub fn confirm(&mut self, id: &OrderId, at: Timestamp) -> Transition {
        self.change(id, at, |row| match due(row) {
            OrderStatus::Pending => Step::Become(moved(row, OrderStatus::Confirmed)),
            OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled => Step::AlreadyDone,
            OrderStatus::Rejected | OrderStatus::Parked => Step::Refused,
        })
    }

    pub fn reject(&mut self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Transition {
        self.change(id, at, |row| match due(row) {
            OrderStatus::Pending => {
                let mut after = moved(row, OrderStatus::Rejected);
                after.order.reason = Some(reason);
                Step::Become(after)
            }
            OrderStatus::Rejected => Step::AlreadyDone,
            _ => Step::Refused,
        })
    }

    pub fn complete_cancel(&mut self, id: &OrderId, at: Timestamp) -> Transition {
        self.change(id, at, |row| match due(row) {
            OrderStatus::Cancelling => Step::Become(moved(row, OrderStatus::Cancelled)),
            OrderStatus::Cancelled => Step::AlreadyDone,
            _ => Step::Refused,
        })
    }

    pub fn park(&mut self, id: &OrderId, saga: SagaKind, parking: &Parking, at: Timestamp) -> Transition {
        self.change(id, at, |row| match row.order.status {
            status if status == saga.awaited_in() => {
                let mut after = moved(row, OrderStatus::Parked);
                after.parked_from = Some(status);
                after.parking = Some(parking.clone());
                Step::Become(after)
            }
            OrderStatus::Parked => Step::AlreadyDone,
            _ => Step::Refused,
        })
    }

    fn change(&mut self, id: &OrderId, at: Timestamp, decide: impl FnOnce(&Row) -> Step) -> Transition {
        let Some(row) = self.rows.get(id) else {
            return Transition::NotFound;
        };
        match decide(row) {
            Step::AlreadyDone => Transition::AlreadyDone,
            Step::Refused => Transition::Refused(row.order.status),
            Step::Become(after) => {
                self.replace(after, at);
                Transition::Done
            }
        }
    }

    fn replace(&mut self, mut after: Box<Row>, at: Timestamp) -> Order {
        after.order.updated_at = at;
        let order = after.order.clone();
        let old = self.rows.get(&order.id).map(|row| row.order.status);
        self.stream.push(Change::of(old, &after));
        self.rows.insert(order.id.clone(), *after);
        order
    }
}

impl Change {
    fn of(old: Option<OrderStatus>, row: &Row) -> Self {
        Self {
            order: row.order.id.clone(),
            old,
            new: row.order.status,
            correlation_id: row.order.correlation_id.clone(),
            cancel_correlation_id: row.cancel_correlation_id.clone(),
        }
    }

    /// As the filter of saga-start's event source in `infra/template.yaml` chooses.
    pub fn is_wanted(&self) -> bool {
        matches!(
            (self.old, self.new),
            (None, OrderStatus::Pending) | (Some(OrderStatus::Confirmed), OrderStatus::Cancelling)
        )
    }

    /// As DynamoDB Streams shows it, as far as anybody reads it.
    pub fn record(&self, sequence: usize) -> Value {
        let mut image = json!({
            order_item::KIND: { "S": order_item::KIND_ORDER },
            order_item::ORDER_ID: { "S": self.order.as_str() },
            order_item::STATUS: { "S": self.new.as_str() },
            order_item::CORRELATION_ID: { "S": self.correlation_id.as_str() },
        });
        if let Some(id) = &self.cancel_correlation_id {
            image[order_item::CANCEL_CORRELATION_ID] = json!({ "S": id.as_str() });
        }
        let mut change = json!({
            "Keys": { "pk": { "S": format!("order#{}", self.order) } },
            "NewImage": image,
            "SequenceNumber": sequence.to_string(),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        if let Some(old) = self.old {
            change["OldImage"] = json!({
                order_item::KIND: { "S": order_item::KIND_ORDER },
                order_item::STATUS: { "S": old.as_str() },
            });
        }
        json!({
            "eventID": format!("change-{sequence}"),
            "eventName": if self.old.is_none() { "INSERT" } else { "MODIFY" },
            "eventSource": "aws:dynamodb",
            "dynamodb": change,
        })
    }
}

/// The status that decides what may follow: while PARKED, the one before.
fn due(row: &Row) -> OrderStatus {
    match row.order.status {
        OrderStatus::Parked => row.parked_from.unwrap_or(OrderStatus::Parked),
        status => status,
    }
}

fn moved(row: &Row, status: OrderStatus) -> Box<Row> {
    let mut after = Box::new(row.clone());
    after.order.status = status;
    after.parked_from = None;
    after
}
