//! Where can an order stand, and why was it rejected?

/// ```text
/// PENDING -> CONFIRMED -> CANCELLING -> CANCELLED
///    |                        |
///    +-> REJECTED             |
///    +-> PARKED <-------------+    an operator's redrive leads on to the state that was due
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    Pending,
    Confirmed,
    Rejected,
    Cancelling,
    Cancelled,
    Parked,
}

impl OrderStatus {
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

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether a saga has to move the order along.
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Cancelling => true,
            Self::Confirmed | Self::Rejected | Self::Cancelled | Self::Parked => false,
        }
    }
}

/// Why an order was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectionReason {
    OutOfStock,
    PaymentDeclined,
    InsufficientFunds,
    /// The payment provider could not be reached, or did not answer in time.
    PaymentUnavailable,
    /// The authorization was granted and the capture refused.
    CaptureRefused,
}

impl RejectionReason {
    pub const ALL: [Self; 5] = [
        Self::OutOfStock,
        Self::PaymentDeclined,
        Self::InsufficientFunds,
        Self::PaymentUnavailable,
        Self::CaptureRefused,
    ];

    /// The name that callers, tables and events use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::PaymentDeclined => "payment_declined",
            Self::InsufficientFunds => "insufficient_funds",
            Self::PaymentUnavailable => "payment_unavailable",
            Self::CaptureRefused => "capture_refused",
        }
    }

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
}
