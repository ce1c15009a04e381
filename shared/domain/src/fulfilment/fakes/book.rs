//! How does an `OrderBook` behave?

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::Answers;
use crate::fulfilment::ports::{FulfilmentOrder, OrderBook, Parking, SagaKind, Transition};
use crate::ports::PortFailure;
use crate::values::{OrderId, OrderStatus, RejectionReason, Timestamp};

#[derive(Default)]
pub(crate) struct Book {
    entries: Mutex<BTreeMap<OrderId, Entry>>,
    /// What overtakes the reader between `overdue` and whatever it does next.
    overtaking: Mutex<Vec<(OrderId, OrderStatus)>>,
    pub(crate) answers: Answers,
}

struct Entry {
    order: FulfilmentOrder,
    was_confirmed: bool,
    parked_from: Option<OrderStatus>,
    parking: Option<Parking>,
}

impl Book {
    pub(crate) fn put(&self, order: FulfilmentOrder) {
        let entry = Entry {
            order,
            was_confirmed: false,
            parked_from: None,
            parking: None,
        };
        self.entries.lock().unwrap().insert(entry.order.id.clone(), entry);
    }

    pub(crate) fn order(&self, id: &OrderId) -> FulfilmentOrder {
        self.entries.lock().unwrap()[id].order.clone()
    }

    pub(crate) fn status(&self, id: &OrderId) -> OrderStatus {
        self.order(id).status
    }

    pub(crate) fn parking(&self, id: &OrderId) -> Option<Parking> {
        self.entries.lock().unwrap()[id].parking.clone()
    }

    /// Brings an order where its saga, its customer or an operator would have brought it.
    pub(crate) fn bring(&self, id: &OrderId, status: OrderStatus) {
        let way: &[OrderStatus] = match status {
            OrderStatus::Pending => &[],
            OrderStatus::Confirmed => &[OrderStatus::Confirmed],
            OrderStatus::Rejected => &[OrderStatus::Rejected],
            OrderStatus::Cancelling => &[OrderStatus::Confirmed, OrderStatus::Cancelling],
            OrderStatus::Cancelled => &[OrderStatus::Confirmed, OrderStatus::Cancelling, OrderStatus::Cancelled],
            OrderStatus::Parked => &[OrderStatus::Parked],
        };
        for status in way {
            self.change(id, *status, Timestamp::from_unix_ms(1));
        }
        assert_eq!(self.status(id), status);
    }

    /// The next `overdue` finds the order as it is, and it stands here by the time the answer arrives.
    pub(crate) fn overtake(&self, id: &OrderId, status: OrderStatus) {
        self.overtaking.lock().unwrap().push((id.clone(), status));
    }

    fn change(&self, id: &OrderId, to: OrderStatus, at: Timestamp) -> Transition {
        use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
        let mut entries = self.entries.lock().unwrap();
        let Some(entry) = entries.get_mut(id) else {
            return Transition::NotFound;
        };
        let status = entry.order.status;
        if status == to || to == Confirmed && entry.was_confirmed {
            return Transition::AlreadyDone;
        }
        let due = entry.parked_from.unwrap_or(status);
        let allowed = match to {
            Confirmed | Rejected => due == Pending,
            Cancelling => status == Confirmed,
            Cancelled => due == Cancelling,
            Parked => matches!(status, Pending | Cancelling),
            Pending => false,
        };
        if !allowed {
            return Transition::Refused(status);
        }
        entry.parked_from = (to == Parked).then_some(status);
        entry.was_confirmed |= to == Confirmed;
        entry.order.status = to;
        entry.order.updated_at = at;
        Transition::Done
    }
}

#[async_trait]
impl OrderBook for Book {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        Ok(self.entries.lock().unwrap().get(id).map(|entry| entry.order.clone()))
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.answers.give(self.change(id, OrderStatus::Confirmed, at))
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        let transition = self.change(id, OrderStatus::Rejected, at);
        if transition == Transition::Done {
            self.entries.lock().unwrap().get_mut(id).unwrap().order.reason = Some(reason);
        }
        self.answers.give(transition)
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.answers.give(self.change(id, OrderStatus::Cancelled, at))
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let standing = self.entries.lock().unwrap().get(id).map(|entry| entry.order.status);
        if let Some(status) = standing.filter(|status| ![saga.awaited_in(), OrderStatus::Parked].contains(status)) {
            return self.answers.give(Transition::Refused(status));
        }
        let transition = self.change(id, OrderStatus::Parked, at);
        if transition == Transition::Done {
            self.entries.lock().unwrap().get_mut(id).unwrap().parking = Some(parking.clone());
        }
        self.answers.give(transition)
    }

    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        let entries = self.entries.lock().unwrap();
        let mut overdue: Vec<_> = entries.values().map(|entry| entry.order.clone()).collect();
        drop(entries);
        overdue.retain(|order| {
            matches!(order.status, OrderStatus::Pending | OrderStatus::Cancelling) && order.updated_at < before
        });
        overdue.sort_by_key(|order| order.updated_at);
        overdue.truncate(limit);
        for (id, status) in self.overtaking.lock().unwrap().drain(..) {
            self.bring(&id, status);
        }
        Ok(overdue)
    }
}
