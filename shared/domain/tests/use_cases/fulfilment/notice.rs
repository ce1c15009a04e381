//! Tests of the text of mails.

use domain::fulfilment::notice::Notice;
use domain::orders::order::Order;
use domain::ports::Email;
use domain::values::{OrderLines, RejectionReason};

use super::notify_customer::notify;
use super::world::{World, line, order};

async fn mail(order: Order, notice: Notice) -> Email {
    let world = World::with_orders([order]);
    notify(&world, notice).await.unwrap();
    world.memory.look(|tables| tables.mails[0].clone())
}

#[tokio::test]
async fn a_mail_names_the_order_what_is_in_it_and_the_money() {
    let mail = mail(order("order-1", "tok_ok"), Notice::Confirmed).await;
    let text = "Thank you! We have received 12.50 EUR and are packing your order.\n\n\
                Order order-1\n- 3 x MUG\n- 1 x TEE\n\nYour Popshop\n";
    assert_eq!(mail.text, text);
    let html = "<p>Thank you! We have received 12.50 EUR and are packing your order.</p>\n\
                <p>Order order-1</p>\n<ul>\n<li>3 x MUG</li>\n<li>1 x TEE</li>\n</ul>\n<p>Your Popshop</p>\n";
    assert_eq!(mail.html, html);
    assert_eq!(mail.to.reveal(), "ann@example.test");
}

#[tokio::test]
async fn a_sku_cannot_bring_its_own_html() {
    let mut order = order("order-1", "tok_ok");
    order.lines = OrderLines::new(vec![line("<img src='x' onerror=\"y\">&", 1)]).unwrap();
    let mail = mail(order, Notice::Cancelled).await;
    let item = "<li>1 x &lt;img src=&#39;x&#39; onerror=&quot;y&quot;&gt;&amp;</li>";
    assert!(mail.html.contains(item), "{}", mail.html);
    assert!(
        mail.text.contains("- 1 x <img src='x' onerror=\"y\">&\n"),
        "{}",
        mail.text
    );
}

#[tokio::test]
async fn a_rejection_says_why() {
    let mut texts = std::collections::BTreeSet::new();
    for reason in RejectionReason::ALL.into_iter().map(Some).chain([None]) {
        let order = Order {
            reason,
            ..order("order-1", "tok_ok")
        };
        assert!(
            texts.insert(mail(order, Notice::Rejected).await.text),
            "{reason:?} reads like another"
        );
    }
}
