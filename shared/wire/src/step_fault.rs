//! The error names of the sagas' steps. `Catch` in `infra/*.asl.json` matches on them.
//!
//! A step can also fail under the names of `entry::step`, which are the same for every step of any state machine.

use domain::values::DeclineReason;

/// A verdict of the domain that a state machine knows by name. A retry does not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepFault {
    /// A void came too late: the money was captured, and has to be refunded.
    AlreadyCaptured,
    /// The payment provider refused the capture.
    CaptureRefused,
    /// The payment provider declined: the account does not cover the amount.
    InsufficientFunds,
    /// A capture found no authorization.
    NotAuthorized,
    /// The order's status does not allow CANCELLED.
    OrderNotCancelling,
    /// The order's status does not allow CONFIRMED.
    OrderNotConfirmable,
    /// The store has no order with this id.
    OrderNotFound,
    /// The order's status does not allow REJECTED.
    OrderNotRejectable,
    /// A product has too few units.
    OutOfStock,
    /// The payment was voided or refunded before.
    PaymentClosed,
    /// The payment provider declined without a more specific reason.
    PaymentDeclined,
    /// The payment provider reports the result later.
    PaymentPending,
    /// The stock was given back before the reservation arrived.
    ReservationClosed,
}

impl StepFault {
    /// Every error name.
    pub const ALL: [Self; 13] = [
        Self::AlreadyCaptured,
        Self::CaptureRefused,
        Self::InsufficientFunds,
        Self::NotAuthorized,
        Self::OrderNotCancelling,
        Self::OrderNotConfirmable,
        Self::OrderNotFound,
        Self::OrderNotRejectable,
        Self::OutOfStock,
        Self::PaymentClosed,
        Self::PaymentDeclined,
        Self::PaymentPending,
        Self::ReservationClosed,
    ];

    /// The error name, as `Catch` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyCaptured => "AlreadyCaptured",
            Self::CaptureRefused => "CaptureRefused",
            Self::InsufficientFunds => "InsufficientFunds",
            Self::NotAuthorized => "NotAuthorized",
            Self::OrderNotCancelling => "OrderNotCancelling",
            Self::OrderNotConfirmable => "OrderNotConfirmable",
            Self::OrderNotFound => "OrderNotFound",
            Self::OrderNotRejectable => "OrderNotRejectable",
            Self::OutOfStock => "OutOfStock",
            Self::PaymentClosed => "PaymentClosed",
            Self::PaymentDeclined => "PaymentDeclined",
            Self::PaymentPending => "PaymentPending",
            Self::ReservationClosed => "ReservationClosed",
        }
    }
}

impl From<DeclineReason> for StepFault {
    fn from(reason: DeclineReason) -> Self {
        match reason {
            DeclineReason::PaymentDeclined => Self::PaymentDeclined,
            DeclineReason::InsufficientFunds => Self::InsufficientFunds,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = StepFault::ALL.map(StepFault::as_str).into();
        assert_eq!(names.len(), StepFault::ALL.len());
    }
}
