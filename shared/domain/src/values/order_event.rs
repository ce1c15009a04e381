//! One entry of an order's history: when its status changed, to which status, and who changed it.

use super::{OrderStatus, RejectionReason, Timestamp};

/// The history of an order has at most this many events. Each status change leads forward, and the longest path is
/// PENDING, PARKED, CONFIRMED, CANCELLING, PARKED, CANCELLED. Stores may therefore keep the history inside the order.
pub const ORDER_EVENTS_MAX: usize = 6;

/// The party that changed the status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// Placed the order, or asked to cancel it.
    Customer,
    /// A step of a saga, or the reconciliation that parks orders.
    Saga,
    /// Redrove the saga of a PARKED order, which then changed the status.
    Operator,
    /// Changed the status itself. No change does so yet: a step of the saga applies the results of payments.
    PaymentProvider,
}

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Saga, Self::Operator, Self::PaymentProvider];

    /// The name that callers and stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Saga => "saga",
            Self::Operator => "operator",
            Self::PaymentProvider => "payment_provider",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == text)
    }
}

/// One status change of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderEvent {
    /// When the status changed.
    pub at: Timestamp,
    /// The status from this time on.
    pub status: OrderStatus,
    /// Present for REJECTED.
    pub reason: Option<RejectionReason>,
    /// The party that changed it.
    pub by: Actor,
}

impl OrderEvent {
    /// The first event of every order.
    pub fn placed(at: Timestamp) -> Self {
        Self {
            at,
            status: OrderStatus::Pending,
            reason: None,
            by: Actor::Customer,
        }
    }

    /// The event of a customer's request to cancel.
    pub fn cancelling(at: Timestamp) -> Self {
        Self {
            status: OrderStatus::Cancelling,
            ..Self::placed(at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back() {
        for actor in Actor::ALL {
            assert_eq!(Actor::parse(actor.as_str()), Some(actor));
        }
        assert_eq!(Actor::parse("Customer"), None);
    }
}
