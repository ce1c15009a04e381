//! The status changes that sagas make, and the answer to a repeated or late one.

use super::ports::{Parking, SagaKind, Transition};
use crate::values::{Actor, OrderEvent, OrderStatus, RejectionReason, Timestamp};

/// The parts of an order that decide which status change applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The stored status.
    pub status: OrderStatus,
    /// Present while PARKED: the status that the order had before.
    pub parked_from: Option<OrderStatus>,
}

/// Whether this attempt made the change, or an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// This attempt made the change.
    Now,
    /// An earlier attempt made it.
    Before,
}

/// A status change. Every store makes it in one conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusChange {
    /// To CONFIRMED.
    Confirm,
    /// To REJECTED, for this reason.
    Reject(RejectionReason),
    /// To CANCELLED.
    CompleteCancel,
    /// The saga that ended, and how it ended.
    Park(SagaKind, Parking),
}

impl Standing {
    /// The status that decides what may follow: while PARKED the one before, because a redrive continues from there.
    pub fn due(self) -> OrderStatus {
        match self.status {
            OrderStatus::Parked => self.parked_from.unwrap_or(OrderStatus::Parked),
            OrderStatus::Pending
            | OrderStatus::Confirmed
            | OrderStatus::Rejected
            | OrderStatus::Cancelling
            | OrderStatus::Cancelled => self.status,
        }
    }

    /// The actor of the sagas' next change. A saga that parked its order continues only because an operator redrives
    /// it.
    fn actor(self) -> Actor {
        match self.status {
            OrderStatus::Parked => Actor::Operator,
            OrderStatus::Pending
            | OrderStatus::Confirmed
            | OrderStatus::Rejected
            | OrderStatus::Cancelling
            | OrderStatus::Cancelled => Actor::Saga,
        }
    }
}

impl StatusChange {
    /// The status that the change starts from. Every change but `Park` also applies to an order that was PARKED from
    /// it.
    pub fn from(&self) -> OrderStatus {
        match self {
            Self::Confirm | Self::Reject(_) => OrderStatus::Pending,
            Self::CompleteCancel => OrderStatus::Cancelling,
            Self::Park(saga, _) => saga.awaited_in(),
        }
    }

    /// The status that the change leads to.
    pub fn to(&self) -> OrderStatus {
        match self {
            Self::Confirm => OrderStatus::Confirmed,
            Self::Reject(_) => OrderStatus::Rejected,
            Self::CompleteCancel => OrderStatus::Cancelled,
            Self::Park(..) => OrderStatus::Parked,
        }
    }

    /// The event that the change adds to the history of an order with this standing.
    pub fn event(&self, standing: Standing, at: Timestamp) -> OrderEvent {
        let reason = match self {
            Self::Reject(reason) => Some(*reason),
            Self::Confirm | Self::CompleteCancel | Self::Park(..) => None,
        };
        OrderEvent {
            at,
            status: self.to(),
            reason,
            by: standing.actor(),
        }
    }

    /// `Ok` if the change applies. `Err` has the answer if it does not; then nothing changes.
    pub fn check(&self, standing: Standing) -> Result<(), Transition> {
        let (applies, is_done) = match self {
            Self::Confirm => (
                standing.due() == self.from(),
                matches!(
                    standing.due(),
                    OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled
                ),
            ),
            Self::Reject(_) | Self::CompleteCancel => (standing.due() == self.from(), standing.due() == self.to()),
            Self::Park(..) => (standing.status == self.from(), standing.status == self.to()),
        };
        match (applies, is_done) {
            (true, _) => Ok(()),
            (false, true) => Err(Transition::AlreadyDone),
            (false, false) => Err(Transition::Refused(standing.status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};

    fn parked_by(saga: SagaKind) -> StatusChange {
        let parking = Parking {
            execution: "execution".to_owned(),
            error: "States.Timeout".to_owned(),
            cause: String::new(),
        };
        StatusChange::Park(saga, parking)
    }

    fn standings() -> Vec<Standing> {
        let parked = |from| Standing {
            status: Parked,
            parked_from: Some(from),
        };
        let unparked = OrderStatus::ALL.map(|status| Standing {
            status,
            parked_from: None,
        });
        let mut standings = unparked.to_vec();
        standings.extend([parked(Pending), parked(Cancelling)]);
        standings
    }

    /// The standings that the change applies to, and those in which it is done already.
    fn outcomes(change: &StatusChange) -> (Vec<Standing>, Vec<Standing>) {
        let with = |answer| {
            let standings = standings().into_iter();
            standings
                .filter(|standing| change.check(*standing) == answer)
                .collect::<Vec<_>>()
        };
        let (due, done) = (with(Ok(())), with(Err(Transition::AlreadyDone)));
        for standing in standings() {
            let is_refused = change.check(standing) == Err(Transition::Refused(standing.status));
            assert_eq!(
                is_refused,
                !due.contains(&standing) && !done.contains(&standing),
                "{change:?} {standing:?}"
            );
        }
        (due, done)
    }

    fn at(status: OrderStatus) -> Standing {
        Standing {
            status,
            parked_from: None,
        }
    }

    fn parked_from(status: OrderStatus) -> Standing {
        Standing {
            status: Parked,
            parked_from: Some(status),
        }
    }

    #[test]
    fn an_order_is_confirmed_or_rejected_while_pending_or_parked_from_there() {
        let (due, done) = outcomes(&StatusChange::Confirm);
        assert_eq!(due, [at(Pending), parked_from(Pending)]);
        assert_eq!(
            done,
            [at(Confirmed), at(Cancelling), at(Cancelled), parked_from(Cancelling)],
            "whatever was confirmed once"
        );
        let (due, done) = outcomes(&StatusChange::Reject(RejectionReason::OutOfStock));
        assert_eq!(
            (due, done),
            (vec![at(Pending), parked_from(Pending)], vec![at(Rejected)])
        );
    }

    #[test]
    fn a_cancel_completes_from_cancelling_only() {
        let (due, done) = outcomes(&StatusChange::CompleteCancel);
        assert_eq!(
            (due, done),
            (vec![at(Cancelling), parked_from(Cancelling)], vec![at(Cancelled)])
        );
    }

    #[test]
    fn an_order_is_parked_only_by_the_saga_that_it_waits_for() {
        let parked = vec![at(Parked), parked_from(Pending), parked_from(Cancelling)];
        let order = outcomes(&parked_by(SagaKind::Order));
        assert_eq!(order, (vec![at(Pending)], parked.clone()));
        let cancel = outcomes(&parked_by(SagaKind::Cancel));
        assert_eq!(cancel, (vec![at(Cancelling)], parked));
    }

    #[test]
    fn a_change_applies_to_the_status_it_starts_from_and_is_done_in_the_one_it_leads_to() {
        for change in [
            StatusChange::Confirm,
            StatusChange::Reject(RejectionReason::OutOfStock),
            StatusChange::CompleteCancel,
            parked_by(SagaKind::Order),
            parked_by(SagaKind::Cancel),
        ] {
            assert_eq!(change.check(at(change.from())), Ok(()), "{change:?}");
            assert_eq!(
                change.check(at(change.to())),
                Err(Transition::AlreadyDone),
                "{change:?}"
            );
        }
    }
}
