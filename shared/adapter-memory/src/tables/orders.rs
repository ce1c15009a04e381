//! Where does every order stand, how did it get there, and which requests were made under which key?

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::fulfilment::ports::{FulfilmentOrder, ParkedOrder, Parking, StockLine, Transition};
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, OrderPage, OrderPosition,
    OrderQuery, RecordedReply,
};
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

/// Idempotency records.
#[derive(Debug)]
pub struct Requests {
    pub records: BTreeMap<IdempotencyScope, Record>,
    last_fence: u64,
    /// A test can put the rule of a store here that breaks its promise.
    pub complete: fn(&mut Self, &IdempotencyCompletion, &OrderId) -> Completed,
}

#[derive(Debug)]
pub struct Record {
    claim: IdempotencyClaim,
    fence: Fence,
    abandoned: bool,
    pub completed: Option<(OrderId, RecordedReply)>,
}

/// What came of completing a record, in the transaction that writes the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    Now,
    /// By an earlier call for the same order.
    Before,
    LeaseLost,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            last_fence: 0,
            complete: Self::complete,
        }
    }
}

impl Requests {
    /// The answer to a claim that is not to be granted.
    pub fn standing(&self, claim: &IdempotencyClaim) -> Option<IdempotencyClaimed> {
        let record = self.records.get(&claim.scope);
        let record = record.filter(|record| !record.abandoned && record.claim.expires_at > claim.now)?;
        if record.claim.payload_hash != claim.payload_hash {
            return Some(IdempotencyClaimed::OtherPayload);
        }
        if let Some((_, reply)) = &record.completed {
            return Some(IdempotencyClaimed::Replay(reply.clone()));
        }
        (record.claim.lease_until > claim.now).then_some(IdempotencyClaimed::InProgress)
    }

    pub fn grant(&mut self, claim: &IdempotencyClaim) -> IdempotencyClaimed {
        self.last_fence += 1;
        let fence = Fence(self.last_fence);
        let record = Record {
            claim: claim.clone(),
            fence,
            abandoned: false,
            completed: None,
        };
        self.records.insert(claim.scope.clone(), record);
        IdempotencyClaimed::Granted(fence)
    }

    /// Frees a key whose work was refused.
    pub fn abandon(&mut self, scope: &IdempotencyScope, fence: Fence) {
        let record = self.records.get_mut(scope);
        if let Some(record) = record.filter(|record| record.fence == fence && record.completed.is_none()) {
            record.abandoned = true;
        }
    }

    pub fn complete(&mut self, completion: &IdempotencyCompletion, order: &OrderId) -> Completed {
        let record = self.records.get_mut(&completion.scope);
        let is_ours = |record: &&mut Record| !record.abandoned && record.fence == completion.fence;
        let Some(record) = record.filter(is_ours) else {
            return Completed::LeaseLost;
        };
        match &record.completed {
            Some((done, _)) if done == order => Completed::Before,
            Some(_) => Completed::LeaseLost,
            None => {
                record.completed = Some((order.clone(), completion.reply.clone()));
                Completed::Now
            }
        }
    }
}
