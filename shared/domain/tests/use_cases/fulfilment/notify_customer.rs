//! Tests of sending a mail at most once.

use domain::fulfilment::notice::Notice;
use domain::fulfilment::notify_customer::{Notified, NotifyCustomer, NotifyCustomerError};
use domain::ports::{Email, SendState};
use domain::values::OrderId;

use super::world::{World, order_id};

pub(super) async fn notify(world: &World, notice: Notice) -> Result<Notified, NotifyCustomerError> {
    notify_of(world, &world.id, notice).await
}

async fn notify_of(world: &World, id: &OrderId, notice: Notice) -> Result<Notified, NotifyCustomerError> {
    let notify = NotifyCustomer {
        book: world.memory.clone(),
        directory: world.memory.clone(),
        mailer: world.memory.clone(),
        sends: world.memory.clone(),
        clock: world.clock.clone(),
    };
    notify.run(id, notice).await
}

fn sent(world: &World) -> Vec<Email> {
    world.memory.look(|tables| tables.mails.clone())
}

fn sends(world: &World) -> Vec<(String, SendState)> {
    world.memory.look(|tables| tables.sends.clone().into_iter().collect())
}

fn claimed(world: &World, state: SendState) -> bool {
    sends(world) == [("order/order-1/CONFIRMED".to_owned(), state)]
}

#[tokio::test]
async fn a_notice_is_sent_once_however_often_it_is_asked() {
    let world = World::new();
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Sent);
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::SentBefore);
    assert!(claimed(&world, SendState::Sent));
    let mails = sent(&world);
    assert_eq!((mails.len(), mails[0].to.reveal()), (1, "ann@example.test"));
    assert_eq!(
        notify(&world, Notice::Cancelled).await.unwrap(),
        Notified::Sent,
        "another notice is another mail"
    );
    assert_eq!(sent(&world).len(), 2);
}

#[tokio::test]
async fn a_mail_that_may_have_been_sent_is_not_sent_again() {
    let world = World::new();
    world.memory.lose_answer("mail.send");
    for _ in 0..2 {
        assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
        assert!(claimed(&world, SendState::Ambiguous));
    }
    assert_eq!(sent(&world).len(), 1);
}

#[tokio::test]
async fn a_mail_that_was_certainly_not_sent_is_tried_again() {
    let world = World::new();
    world.memory.refuse_next("mail.send");
    let refused = notify(&world, Notice::Confirmed).await;
    assert!(matches!(refused, Err(NotifyCustomerError::Port(failure)) if failure.transient));
    assert_eq!(sends(&world), []);
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Sent);
    assert_eq!(sent(&world).len(), 1);
}

#[tokio::test]
async fn a_claim_that_cannot_be_released_keeps_the_mail_from_being_sent() {
    let world = World::new();
    world.memory.refuse_next("mail.send");
    world.memory.refuse_next("sends.release");
    let refused = notify(&world, Notice::Confirmed).await;
    assert!(matches!(refused, Err(NotifyCustomerError::Port(failure)) if failure.action == "sends.release"));
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
    assert_eq!(sent(&world), []);
    assert!(claimed(&world, SendState::Claimed));
}

#[tokio::test]
async fn a_sender_that_died_after_its_claim_leaves_the_mail_ambiguous() {
    let world = World::new();
    world.memory.lose_answer("sends.claim");
    assert!(matches!(
        notify(&world, Notice::Confirmed).await,
        Err(NotifyCustomerError::Port(_))
    ));
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
    assert_eq!(sent(&world), []);
    assert!(claimed(&world, SendState::Claimed));
}

#[tokio::test]
async fn a_sender_that_died_before_it_settled_leaves_the_mail_ambiguous() {
    let world = World::new();
    world.memory.refuse_next("sends.settle");
    assert!(matches!(
        notify(&world, Notice::Confirmed).await,
        Err(NotifyCustomerError::Port(_))
    ));
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
    assert_eq!(sent(&world).len(), 1);
}

#[tokio::test]
async fn no_claim_is_made_for_a_customer_without_an_address() {
    let world = World::new();
    let customer = world.order.customer.clone();
    world.memory.change(|tables| tables.without_address.insert(customer));
    assert_eq!(notify(&world, Notice::Confirmed).await.unwrap(), Notified::NoAddress);
    assert_eq!(sends(&world), []);
    let unknown = notify_of(&world, &order_id("order-2"), Notice::Confirmed).await;
    assert!(matches!(unknown, Err(NotifyCustomerError::OrderNotFound)));
}
