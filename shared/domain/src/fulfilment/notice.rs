//! The mails about an order: which there are, and their text.

use super::ports::FulfilmentOrder;
use crate::ports::{Email, html_escaped};
use crate::values::{DeclineReason, EmailAddress, RejectionReason};

/// The reason for a mail about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The order is paid and will be sent.
    Confirmed,
    /// The order will not be fulfilled. The mail says why.
    Rejected,
    /// The order was undone at the customer's request.
    Cancelled,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Rejected, Self::Cancelled];

    /// The name that state machines and stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == text)
    }
}

pub(super) fn email(order: &FulfilmentOrder, notice: Notice, to: EmailAddress) -> Email {
    let id = &order.id;
    let (subject, message) = subject_and_message(order, notice);
    let mut text = format!("{message}\n\nOrder {id}\n");
    let mut html = format!("<p>{}</p>\n<p>Order {id}</p>\n<ul>\n", html_escaped(&message));
    for line in &order.lines {
        let item = format!("{} x {}", line.quantity.units(), line.sku);
        text.extend(["- ", item.as_str(), "\n"]);
        html.extend(["<li>", html_escaped(&item).as_str(), "</li>\n"]);
    }
    text.push_str("\nYour Popshop\n");
    html.push_str("</ul>\n<p>Your Popshop</p>\n");
    Email {
        to,
        subject: subject.to_owned(),
        text,
        html,
    }
}

fn subject_and_message(order: &FulfilmentOrder, notice: Notice) -> (&'static str, String) {
    let total = order.total.to_decimal_text();
    match notice {
        Notice::Confirmed => {
            let message = format!("Thank you! We have received {total} and are packing your order.");
            ("Your order is confirmed", message)
        }
        Notice::Rejected => {
            let because = order.reason.map_or("it could not be fulfilled", explanation);
            // Not "you were not charged": a capture whose answer was lost did charge, and was refunded.
            let message = format!("We are sorry, we cannot accept your order: {because}. You pay nothing.");
            ("We could not accept your order", message)
        }
        Notice::Cancelled => {
            let message = format!("Your order is cancelled, as you asked. You get {total} back.");
            ("Your order is cancelled", message)
        }
    }
}

fn explanation(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::OutOfStock => "somebody was faster, and too few are left",
        RejectionReason::Declined(DeclineReason::PaymentDeclined) => "the payment was declined",
        RejectionReason::Declined(DeclineReason::InsufficientFunds) => "the account does not cover the amount",
        RejectionReason::PaymentUnavailable => "the payment could not be made just now",
        RejectionReason::CaptureRefused => "the payment could not be completed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.as_str()), Some(notice));
        }
        assert_eq!(Notice::parse("confirmed"), None);
    }
}
