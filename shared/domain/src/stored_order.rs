//! An order as a store keeps it, and what each change of its status alters.
//!
//! The one module that joins the areas `orders` and `fulfilment`: both read and change the same stored order.

use crate::fulfilment::ports::{FulfilmentOrder, ParkedOrder, Parking, StockLine, Transition};
use crate::fulfilment::status_change::{Standing, StatusChange};
use crate::orders::history::RecordedHistory;
use crate::orders::order::{Order, OrderLine};
use crate::values::{CorrelationId, OrderEvent, OrderStatus, Timestamp};

/// An order, with the parts that its customer does not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// The part that its customer sees.
    pub order: Order,
    /// The id of the request that cancelled the order. Present once the order is CANCELLING.
    pub cancel_correlation_id: Option<CorrelationId>,
    /// Present while PARKED: the status that the order had before.
    pub parked_from: Option<OrderStatus>,
    /// Why the order was last PARKED. Kept for operators.
    pub parking: Option<Parking>,
    /// The changes of the status, oldest first. An order of an earlier version has none, or only the later ones.
    pub history: Vec<OrderEvent>,
}

impl StoredOrder {
    /// A new order.
    pub fn new(order: Order) -> Self {
        Self {
            history: vec![OrderEvent::placed(order.created_at)],
            order,
            cancel_correlation_id: None,
            parked_from: None,
            parking: None,
        }
    }

    /// The parts of the order that decide which status change applies.
    pub fn standing(&self) -> Standing {
        Standing {
            status: self.order.status,
            parked_from: self.parked_from,
        }
    }

    /// The order after the change. `Err` has the answer where the change does not apply.
    pub fn changed(&self, change: StatusChange, at: Timestamp) -> Result<Self, Transition> {
        change.check(self.standing())?;
        let mut after = self.moved(change.event(self.standing(), at));
        match change {
            StatusChange::Confirm | StatusChange::CompleteCancel => {}
            StatusChange::Reject(reason) => after.order.reason = Some(reason),
            StatusChange::Park(_, parking) => {
                after.parked_from = Some(self.order.status);
                after.parking = Some(parking);
            }
        }
        Ok(after)
    }

    /// The order after its customer asked to cancel it. `None` unless the order is CONFIRMED.
    pub fn cancelling(&self, correlation_id: &CorrelationId, at: Timestamp) -> Option<Self> {
        if self.order.status != OrderStatus::Confirmed {
            return None;
        }
        let mut after = self.moved(OrderEvent::cancelling(at));
        after.cancel_correlation_id = Some(correlation_id.clone());
        Some(after)
    }

    /// The order for an operator. `None` unless the order is PARKED.
    pub fn into_parked(self) -> Option<ParkedOrder> {
        Some(ParkedOrder {
            parked_from: self.parked_from?,
            parking: self.parking.clone()?,
            order: self.into(),
        })
    }

    /// The order and its history, for the customer.
    pub fn into_history(self) -> RecordedHistory {
        RecordedHistory {
            order: self.order,
            recorded: self.history,
        }
    }

    fn moved(&self, event: OrderEvent) -> Self {
        let OrderEvent { at, status, .. } = event;
        let mut after = self.clone();
        after.history.push(event);
        after.order.status = status;
        after.order.updated_at = at;
        after.order.payment_token.take_if(|_| !status.may_authorize());
        after.parked_from = None;
        after
    }
}

impl From<StoredOrder> for FulfilmentOrder {
    fn from(stored: StoredOrder) -> Self {
        // Not every field: a saga reads only what its steps need.
        let StoredOrder {
            order,
            cancel_correlation_id,
            ..
        } = stored;
        let Order {
            id,
            customer,
            lines,
            total,
            payment_token,
            status,
            reason,
            correlation_id,
            updated_at,
            ..
        } = order;
        Self {
            id,
            customer,
            lines: lines.map(stock_line),
            total,
            payment_token,
            status,
            reason,
            correlation_id,
            cancel_correlation_id,
            updated_at,
        }
    }
}

fn stock_line(line: &OrderLine) -> StockLine {
    let OrderLine {
        sku,
        quantity,
        unit_price: _,
    } = line;
    StockLine {
        sku: sku.clone(),
        quantity: *quantity,
    }
}
