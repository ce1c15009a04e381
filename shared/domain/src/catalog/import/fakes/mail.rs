//! Mails, and what is known of them.

use async_trait::async_trait;

use super::{Shop, trouble};
use crate::ports::{CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};
use crate::values::{CustomerId, EmailAddress, Timestamp};

/// What the next mail meets.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum MailTrouble {
    NotSent,
    Ambiguous,
}

#[async_trait]
impl CustomerDirectory for Shop {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        Ok(EmailAddress::parse(&format!("{}@example.test", customer.as_str())).ok())
    }
}

#[async_trait]
impl Mailer for Shop {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let mut state = self.state();
        let trouble_ahead = state.mail_trouble.pop_front();
        if !matches!(trouble_ahead, Some(MailTrouble::NotSent)) {
            state.mails.push(email.clone());
        }
        match trouble_ahead {
            None => Ok(()),
            Some(MailTrouble::NotSent) => Err(SendFailure::NotSent(trouble("send mail"))),
            Some(MailTrouble::Ambiguous) => Err(SendFailure::Ambiguous(trouble("send mail"))),
        }
    }
}

#[async_trait]
impl SendLog for Shop {
    async fn claim(&self, key: &str, _: Timestamp) -> Result<SendClaim, PortFailure> {
        let mut state = self.state();
        if let Some(taken) = state.sends.get(key) {
            return Ok(SendClaim::Taken(*taken));
        }
        state.sends.insert(key.to_owned(), SendState::Claimed);
        Ok(SendClaim::Granted)
    }

    async fn settle(&self, key: &str, settled: SendState, _: Timestamp) -> Result<(), PortFailure> {
        self.state().sends.insert(key.to_owned(), settled);
        Ok(())
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        self.state().sends.remove(key);
        Ok(())
    }
}
