//! The tables of orders, their stream, and the idempotency records.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::fulfilment::ports::{OverduePosition, Transition};
use domain::fulfilment::status_change::StatusChange;
use domain::orders::order::Order;
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, OrderPage, OrderPosition,
    OrderQuery, RecordedReply,
};
use domain::ports::UnreadableItem;
use domain::stored_order::StoredOrder;
use domain::values::{OrderId, OrderStatus, Timestamp};

/// Orders, and the stream of their changes.
#[derive(Debug, Default)]
pub struct Orders {
    /// The current version of each order.
    pub rows: BTreeMap<OrderId, StoredOrder>,
    /// Orders that lists cannot read. A test names them.
    pub damaged: BTreeSet<OrderId>,
    /// The order stream (the outbox): every committed change, oldest first.
    pub stream: Vec<Change>,
}

/// One committed change, as the order stream reports it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The status before. `None` for a new order.
    pub old: Option<OrderStatus>,
    /// The order after the change.
    pub new: StoredOrder,
}

impl Orders {
    /// Replaces the order, and writes the change to the stream.
    pub fn put(&mut self, new: StoredOrder) {
        let id = new.order.id.clone();
        let old = self.rows.insert(id, new.clone()).map(|old| old.order.status);
        self.stream.push(Change { old, new });
    }

    /// The status after every change of this order so far, oldest first.
    pub fn statuses_of(&self, id: &OrderId) -> Vec<&'static str> {
        let changes = self.stream.iter().filter(|change| change.new.order.id == *id);
        changes.map(|change| change.new.order.status.as_str()).collect()
    }

    pub(crate) fn change(&mut self, id: &OrderId, change: StatusChange, at: Timestamp) -> Transition {
        match self.rows.get(id).map(|row| row.changed(change, at)) {
            None => Transition::NotFound,
            Some(Err(answer)) => answer,
            Some(Ok(after)) => {
                self.put(after);
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
        let unreadable = orders.iter().filter_map(|order| self.unreadable(&order.id)).collect();
        orders.retain(|order| !self.damaged.contains(&order.id));
        OrderPage {
            orders,
            unreadable,
            next,
        }
    }

    /// Of at most `limit` selected orders, longest unchanged first: those that can be read, the others, and where the
    /// next page begins.
    pub(crate) fn oldest<T>(
        &self,
        limit: usize,
        select: impl Fn(&StoredOrder) -> Option<T>,
    ) -> (Vec<T>, Vec<UnreadableItem>, Option<OverduePosition>) {
        let selected = self.rows.values().filter_map(|row| Some((row, select(row)?)));
        let mut selected: Vec<_> = selected.collect();
        selected.sort_by_key(|(row, _)| (row.order.updated_at, &row.order.id));
        let has_more = selected.len() > limit;
        let last = selected.get(limit.saturating_sub(1)).filter(|_| has_more);
        let next = last.map(|(row, _)| OverduePosition {
            updated_at: row.order.updated_at,
            id: row.order.id.clone(),
        });
        let (mut orders, mut unreadable) = (Vec::new(), Vec::new());
        for (row, order) in selected.into_iter().take(limit) {
            match self.unreadable(&row.order.id) {
                Some(item) => unreadable.push(item),
                None => orders.push(order),
            }
        }
        (orders, unreadable, next)
    }

    fn unreadable(&self, id: &OrderId) -> Option<UnreadableItem> {
        self.damaged.contains(id).then(|| UnreadableItem {
            key: format!("order#{id}"),
            fault: "damaged by a test".to_owned(),
        })
    }
}

/// Idempotency records.
#[derive(Debug)]
pub struct Requests {
    /// The last granted claim of each key.
    pub records: BTreeMap<IdempotencyScope, Record>,
    last_fence: u64,
    /// A test can put a rule here that breaks the contract.
    pub complete: fn(&mut Self, &IdempotencyCompletion, &OrderId) -> Completed,
}

/// A granted claim, and the answer once the work is done.
#[derive(Debug)]
pub struct Record {
    claim: IdempotencyClaim,
    fence: Fence,
    abandoned: bool,
    /// The order that was placed under the key, and the answer to its caller.
    pub completed: Option<(OrderId, RecordedReply)>,
}

/// The result of completing a record, in the transaction that writes the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    /// By this call.
    Now,
    /// By an earlier call for the same order.
    Before,
    /// Another attempt has claimed the key since, or the claim was abandoned.
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
        if !claim.payload_hash.matches(&record.claim.payload_hash.current) {
            return Some(IdempotencyClaimed::OtherPayload);
        }
        if let Some((_, reply)) = &record.completed {
            return Some(IdempotencyClaimed::Replay(reply.clone()));
        }
        (record.claim.lease_until > claim.now).then_some(IdempotencyClaimed::InProgress)
    }

    /// Grants the claim under a new fence, in place of the record before.
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

    /// Stores the answer, unless the fence is outdated.
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
