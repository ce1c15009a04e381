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

#[cfg(test)]
mod tests {
    use super::super::fakes::{line, order};
    use super::*;
    use crate::values::OrderLines;

    fn mail(order: &FulfilmentOrder, notice: Notice) -> Email {
        email(order, notice, EmailAddress::parse("ann@example.test").unwrap())
    }

    #[test]
    fn a_mail_names_the_order_what_is_in_it_and_the_money() {
        let mail = mail(&order("order-1", "tok_ok"), Notice::Confirmed);
        let text = "Thank you! We have received 12.50 EUR and are packing your order.\n\n\
                    Order order-1\n- 3 x MUG\n- 1 x TEE\n\nYour Popshop\n";
        assert_eq!(mail.text, text);
        let html = "<p>Thank you! We have received 12.50 EUR and are packing your order.</p>\n\
                    <p>Order order-1</p>\n<ul>\n<li>3 x MUG</li>\n<li>1 x TEE</li>\n</ul>\n<p>Your Popshop</p>\n";
        assert_eq!(mail.html, html);
        assert_eq!(mail.to.reveal(), "ann@example.test");
    }

    #[test]
    fn a_sku_cannot_bring_its_own_html() {
        let mut order = order("order-1", "tok_ok");
        order.lines = OrderLines::new(vec![line("<img src='x' onerror=\"y\">&", 1)]).unwrap();
        let mail = mail(&order, Notice::Cancelled);
        let item = "<li>1 x &lt;img src=&#39;x&#39; onerror=&quot;y&quot;&gt;&amp;</li>";
        assert!(mail.html.contains(item), "{}", mail.html);
        assert!(
            mail.text.contains("- 1 x <img src='x' onerror=\"y\">&\n"),
            "{}",
            mail.text
        );
    }

    #[test]
    fn a_rejection_says_why() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in RejectionReason::ALL.into_iter().map(Some).chain([None]) {
            let order = FulfilmentOrder {
                reason,
                ..order("order-1", "tok_ok")
            };
            assert!(
                seen.insert(mail(&order, Notice::Rejected).text),
                "{reason:?} reads like another"
            );
        }
    }
}
