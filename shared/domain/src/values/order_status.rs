//! The status of an order, and the reasons why an order is rejected.

/// The status of an order, with the changes that are possible:
///
/// ```text
/// PENDING -> CONFIRMED -> CANCELLING -> CANCELLED
///    |                        |
///    +-> REJECTED             |
///    +-> PARKED <-------------+    after a redrive, the saga sets the status that was due
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Placed; the order saga runs.
    Pending,
    /// Paid, and its stock is sold.
    Confirmed,
    /// Not fulfilled, for a [`RejectionReason`]. Final.
    Rejected,
    /// Its customer cancelled it; the cancel saga runs.
    Cancelling,
    /// Undone: the money and the stock were returned. Final.
    Cancelled,
    /// Its saga ended abnormally. An operator has to redrive it.
    Parked,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Confirmed,
        Self::Rejected,
        Self::Cancelling,
        Self::Cancelled,
        Self::Parked,
    ];

    /// The name that callers, tables and events use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Confirmed => "CONFIRMED",
            Self::Rejected => "REJECTED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Parked => "PARKED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether a saga may still authorize the payment. Only as long as this is possible, an order keeps its payment
    /// token.
    pub fn may_authorize(self) -> bool {
        match self {
            Self::Pending | Self::Parked => true,
            Self::Confirmed | Self::Rejected | Self::Cancelling | Self::Cancelled => false,
        }
    }

    /// Whether the order waits for a saga.
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Cancelling => true,
            Self::Confirmed | Self::Rejected | Self::Cancelled | Self::Parked => false,
        }
    }
}

/// Why the payment provider declined a payment. The provider's answer, the step's error name and the customer's message
/// all derive from this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclineReason {
    /// The provider gave no more specific reason.
    PaymentDeclined,
    /// The account or card does not cover the amount.
    InsufficientFunds,
}

impl DeclineReason {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::PaymentDeclined, Self::InsufficientFunds];

    /// The name that callers, tables and events use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentDeclined => "payment_declined",
            Self::InsufficientFunds => "insufficient_funds",
        }
    }
}

/// Why an order was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectionReason {
    /// A product had too few units, or is no longer sold.
    OutOfStock,
    /// The payment provider declined the payment.
    Declined(DeclineReason),
    /// The payment provider could not be reached, or did not answer in time.
    PaymentUnavailable,
    /// The authorization was granted and the capture refused.
    CaptureRefused,
}

impl RejectionReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::OutOfStock,
        Self::Declined(DeclineReason::PaymentDeclined),
        Self::Declined(DeclineReason::InsufficientFunds),
        Self::PaymentUnavailable,
        Self::CaptureRefused,
    ];

    /// The name that callers, tables and events use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::Declined(reason) => reason.as_str(),
            Self::PaymentUnavailable => "payment_unavailable",
            Self::CaptureRefused => "capture_refused",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.as_str()), Some(status));
        }
        for reason in RejectionReason::ALL {
            assert_eq!(RejectionReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(OrderStatus::parse("pending"), None);
    }

    #[test]
    fn every_reason_of_a_declined_payment_is_a_reason_to_reject_an_order() {
        for reason in DeclineReason::ALL {
            let rejection = RejectionReason::parse(reason.as_str());
            assert_eq!(rejection, Some(RejectionReason::Declined(reason)));
        }
    }
}
