//! How is a customer told, at most once?

use std::sync::Arc;

use super::ports::{FulfilmentOrder, OrderBook};
use crate::ports::{
    Clock, CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState,
};
use crate::values::{EmailAddress, OrderId, RejectionReason};

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
        let Some(to) = self.directory.email_of(&order.customer).await? else { return Ok(Notified::NoAddress) };
        let key = format!("order/{id}/{}", notice.as_str());
        match self.sends.claim(&key, self.clock.now()).await? {
            SendClaim::Granted => {}
            SendClaim::Taken(SendState::Sent) => return Ok(Notified::SentBefore),
            // Whoever claimed it may have sent it and died before saying so.
            SendClaim::Taken(SendState::Claimed | SendState::Ambiguous) => return Ok(Notified::Ambiguous),
        }
        let state = match self.mailer.send(&email(&order, notice, to)).await {
            Ok(()) => SendState::Sent,
            Err(SendFailure::Ambiguous(_)) => SendState::Ambiguous,
            Err(SendFailure::NotSent(failure)) => {
                self.sends.release(&key).await?;
                return Err(failure.into());
            }
        };
        self.sends.settle(&key, state, self.clock.now()).await?;
        Ok(if state == SendState::Sent { Notified::Sent } else { Notified::Ambiguous })
    }
}

fn email(order: &FulfilmentOrder, notice: Notice, to: EmailAddress) -> Email {
    let id = &order.id;
    let total = order.total.to_decimal_text();
    let (subject, sentence) = match notice {
        Notice::Confirmed => ("Your order is confirmed", format!("Thank you. We charged {total} and are packing.")),
        Notice::Rejected => {
            let because = order.reason.map_or("it could not be fulfilled", explained);
            ("Your order could not be accepted", format!("We are sorry: {because}. You were not charged."))
        }
        Notice::Cancelled => ("Your order is cancelled", format!("As you asked. {total} are on their way back to you.")),
    };
    let lines: Vec<String> = order.lines.iter().map(|line| format!("{} x {}", line.quantity.units(), line.sku)).collect();
    let items: String = lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
    Email {
        to,
        subject: subject.to_owned(),
        text: format!("{sentence}\n\nOrder {id}\n{}\n\nPopshop\n", lines.join("\n")),
        html: format!("<p>{sentence}</p><p>Order {id}</p><ul>{items}</ul><p>Popshop</p>"),
    }
}

fn explained(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::OutOfStock => "somebody was faster, and we have too few left",
        RejectionReason::PaymentDeclined => "the payment was declined",
        RejectionReason::InsufficientFunds => "the account does not cover the amount",
        RejectionReason::PaymentUnavailable => "the payment provider did not answer",
        RejectionReason::CaptureRefused => "the payment could not be completed",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
