//! Sends a customer one mail about an order, at most once.

use std::sync::Arc;

use super::notice::{Notice, email};
use super::ports::OrderBook;
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::send_once::{SentOnce, send_once};
use crate::values::OrderId;

/// The use case of `saga-notify-customer`.
pub struct NotifyCustomer {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// Where the recipient's address is read.
    pub directory: Arc<dyn CustomerDirectory>,
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
    /// Records each mail before it is sent, so that no attempt sends it twice.
    pub sends: Arc<dyn SendLog>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// The result of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notified {
    /// This attempt sent the mail.
    Sent,
    /// An earlier attempt sent it.
    SentBefore,
    /// Perhaps sent: recorded for people, never sent again.
    Ambiguous,
    /// The directory has no address of the customer. Nothing was sent.
    NoAddress,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum NotifyCustomerError {
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl NotifyCustomer {
    /// May be repeated.
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
