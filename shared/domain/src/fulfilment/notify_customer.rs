//! Sends a customer one mail about an order, at most once.

use std::sync::Arc;

use super::notice::{Notice, email};
use super::ports::OrderBook;
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::send_once::{SentOnce, send_once};
use crate::values::OrderId;

/// The use case of `saga-notify-customer`.
pub struct NotifyCustomer {
    pub book: Arc<dyn OrderBook>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub mailer: Arc<dyn Mailer>,
    pub sends: Arc<dyn SendLog>,
    pub clock: Arc<dyn Clock>,
}

/// The result of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notified {
    Sent,
    SentBefore,
    /// Perhaps sent: recorded for people, never sent again.
    Ambiguous,
    NoAddress,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum NotifyCustomerError {
    #[error("the order does not exist")]
    OrderNotFound,
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
