//! How is a customer told, at most once?

use std::sync::Arc;

use super::notice_email::email;
use super::ports::OrderBook;
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::send_once::{SentOnce, send_once};
use crate::values::OrderId;

pub struct NotifyCustomer {
    pub book: Arc<dyn OrderBook>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub mailer: Arc<dyn Mailer>,
    pub sends: Arc<dyn SendLog>,
    pub clock: Arc<dyn Clock>,
}

/// What the customer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Confirmed,
    Rejected,
    Cancelled,
}

impl Notice {
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Rejected, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notified {
    Sent,
    SentBefore,
    /// Perhaps sent: recorded for people, never repeated.
    Ambiguous,
    NoAddress,
}

#[derive(Debug, thiserror::Error)]
pub enum NotifyCustomerError {
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl NotifyCustomer {
    pub async fn run(&self, id: &OrderId, notice: Notice) -> Result<Notified, NotifyCustomerError> {
        let order = self.book.find(id).await?.ok_or(NotifyCustomerError::OrderNotFound)?;
        let Some(to) = self.directory.email_of(&order.customer).await? else {
            return Ok(Notified::NoAddress);
        };
        let key = format!("order/{id}/{}", notice.as_str());
        let email = email(&order, notice, to);
        let sent = send_once(
            self.sends.as_ref(),
            self.mailer.as_ref(),
            self.clock.as_ref(),
            &key,
            &email,
        )
        .await?;
        Ok(match sent {
            SentOnce::Sent => Notified::Sent,
            SentOnce::SentBefore => Notified::SentBefore,
            SentOnce::Ambiguous => Notified::Ambiguous,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{Directory, FixedClock, Outbox, Sends, World, order, order_id};
    use super::super::ports::FulfilmentOrder;
    use super::*;
    use crate::ports::SendState;
    use crate::values::CustomerId;

    struct Post {
        world: World,
        outbox: Arc<Outbox>,
        sends: Arc<Sends>,
    }

    impl Post {
        fn new() -> Self {
            Self {
                world: World::new(),
                outbox: Arc::default(),
                sends: Arc::default(),
            }
        }

        async fn notify(&self, notice: Notice) -> Result<Notified, NotifyCustomerError> {
            self.notify_of(&self.world.id, notice).await
        }

        async fn notify_of(&self, id: &OrderId, notice: Notice) -> Result<Notified, NotifyCustomerError> {
            let notify = NotifyCustomer {
                book: Arc::clone(&self.world.book) as _,
                directory: Arc::new(Directory),
                mailer: Arc::clone(&self.outbox) as _,
                sends: Arc::clone(&self.sends) as _,
                clock: Arc::new(FixedClock),
            };
            notify.run(id, notice).await
        }

        fn claimed(&self, state: SendState) -> bool {
            self.sends.states() == [("order/order-1/CONFIRMED".to_owned(), state)]
        }
    }

    #[tokio::test]
    async fn a_notice_is_sent_once_however_often_it_is_asked() {
        let post = Post::new();
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::Sent);
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::SentBefore);
        assert!(post.claimed(SendState::Sent));
        let sent = post.outbox.sent();
        assert_eq!((sent.len(), sent[0].to.reveal()), (1, "ann@example.test"));
        assert_eq!(
            post.notify(Notice::Cancelled).await.unwrap(),
            Notified::Sent,
            "another notice is another mail"
        );
        assert_eq!(post.outbox.sent().len(), 2);
    }

    #[tokio::test]
    async fn a_mail_that_may_have_been_sent_is_not_sent_again() {
        let post = Post::new();
        post.outbox.answers.lose_next();
        for _ in 0..2 {
            assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
            assert!(post.claimed(SendState::Ambiguous));
        }
        assert_eq!(post.outbox.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_mail_that_was_certainly_not_sent_is_tried_again() {
        let post = Post::new();
        post.outbox.refuse_next();
        let refused = post.notify(Notice::Confirmed).await;
        assert!(matches!(refused, Err(NotifyCustomerError::Port(failure)) if failure.transient));
        assert_eq!(post.sends.states(), []);
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::Sent);
        assert_eq!(post.outbox.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_sender_that_died_after_its_claim_leaves_the_mail_ambiguous() {
        let post = Post::new();
        post.sends.answers.lose_next();
        assert!(matches!(
            post.notify(Notice::Confirmed).await,
            Err(NotifyCustomerError::Port(_))
        ));
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
        assert_eq!(post.outbox.sent(), []);
        assert!(post.claimed(SendState::Claimed));
    }

    #[tokio::test]
    async fn a_sender_that_died_before_it_settled_leaves_the_mail_ambiguous() {
        let post = Post::new();
        post.outbox.dies_with(&post.sends);
        assert!(matches!(
            post.notify(Notice::Confirmed).await,
            Err(NotifyCustomerError::Port(_))
        ));
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::Ambiguous);
        assert_eq!(post.outbox.sent().len(), 1);
    }

    #[tokio::test]
    async fn nobody_is_claimed_for_who_has_no_address() {
        let post = Post::new();
        let customer = CustomerId::parse("nobody").unwrap();
        post.world.book.put(FulfilmentOrder {
            customer,
            ..order("order-1", "tok_ok")
        });
        assert_eq!(post.notify(Notice::Confirmed).await.unwrap(), Notified::NoAddress);
        assert_eq!(post.sends.states(), []);
        let unknown = post.notify_of(&order_id("order-2"), Notice::Confirmed).await;
        assert!(matches!(unknown, Err(NotifyCustomerError::OrderNotFound)));
    }

    #[test]
    fn every_name_reads_back() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.as_str()), Some(notice));
        }
        assert_eq!(Notice::parse("confirmed"), None);
    }
}
