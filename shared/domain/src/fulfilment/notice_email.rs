//! What does the mail about an order say?

use super::notify_customer::Notice;
use super::ports::FulfilmentOrder;
use crate::ports::{Email, html_escaped};
use crate::values::{EmailAddress, RejectionReason};

pub(super) fn email(order: &FulfilmentOrder, notice: Notice, to: EmailAddress) -> Email {
    let id = &order.id;
    let (subject, message) = told(order, notice);
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

fn told(order: &FulfilmentOrder, notice: Notice) -> (&'static str, String) {
    let total = order.total.to_decimal_text();
    match notice {
        Notice::Confirmed => {
            let message = format!("Thank you! We have received {total} and are packing your order.");
            ("Your order is confirmed", message)
        }
        Notice::Rejected => {
            let because = order.reason.map_or("it could not be fulfilled", explained);
            // Not "you were not charged": a capture whose answer got lost was, and has been refunded.
            let message = format!("We are sorry, we cannot accept your order: {because}. You pay nothing.");
            ("We could not accept your order", message)
        }
        Notice::Cancelled => {
            let message = format!("Your order is cancelled, as you asked. You get {total} back.");
            ("Your order is cancelled", message)
        }
    }
}

fn explained(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::OutOfStock => "somebody was faster, and too few are left",
        RejectionReason::PaymentDeclined => "the payment was declined",
        RejectionReason::InsufficientFunds => "the account does not cover the amount",
        RejectionReason::PaymentUnavailable => "the payment could not be made just now",
        RejectionReason::CaptureRefused => "the payment could not be completed",
    }
}
