//! How do a `Mailer`, a `SendLog` and a `CustomerDirectory` behave?

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::Answers;
use crate::ports::{CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};
use crate::values::{CustomerId, EmailAddress, Timestamp};

/// Knows everybody's address but that of `nobody`.
pub(crate) struct Directory;

#[async_trait]
impl CustomerDirectory for Directory {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        if customer.as_str() == "nobody" {
            return Ok(None);
        }
        Ok(Some(
            EmailAddress::parse(&format!("{}@example.test", customer.as_str())).unwrap(),
        ))
    }
}

/// Keeps what really left the house.
#[derive(Default)]
pub(crate) struct Outbox {
    sent: Mutex<Vec<Email>>,
    refuses_next: Mutex<bool>,
    dies_with: Mutex<Option<Arc<Sends>>>,
    pub(crate) answers: Answers,
}

impl Outbox {
    pub(crate) fn sent(&self) -> Vec<Email> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn refuse_next(&self) {
        *self.refuses_next.lock().unwrap() = true;
    }

    /// Once the next mail is out, the log does not learn of it.
    pub(crate) fn dies_with(&self, sends: &Arc<Sends>) {
        *self.dies_with.lock().unwrap() = Some(Arc::clone(sends));
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        if std::mem::take(&mut *self.refuses_next.lock().unwrap()) {
            return Err(SendFailure::NotSent(PortFailure::transient("send mail", "throttled")));
        }
        self.sent.lock().unwrap().push(email.clone());
        if let Some(sends) = self.dies_with.lock().unwrap().take() {
            sends.answers.lose_next();
        }
        self.answers.give(()).map_err(SendFailure::Ambiguous)
    }
}

#[derive(Default)]
pub(crate) struct Sends {
    states: Mutex<BTreeMap<String, SendState>>,
    pub(crate) answers: Answers,
}

impl Sends {
    pub(crate) fn states(&self) -> Vec<(String, SendState)> {
        let states = self.states.lock().unwrap();
        states.iter().map(|(key, state)| (key.clone(), *state)).collect()
    }
}

#[async_trait]
impl SendLog for Sends {
    async fn claim(&self, key: &str, _at: Timestamp) -> Result<SendClaim, PortFailure> {
        let mut states = self.states.lock().unwrap();
        let known = states.get(key).copied();
        states.entry(key.to_owned()).or_insert(SendState::Claimed);
        self.answers.give(known.map_or(SendClaim::Granted, SendClaim::Taken))
    }

    async fn settle(&self, key: &str, state: SendState, _at: Timestamp) -> Result<(), PortFailure> {
        self.answers.give(())?;
        self.states.lock().unwrap().insert(key.to_owned(), state);
        Ok(())
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        let mut states = self.states.lock().unwrap();
        if states.get(key) == Some(&SendState::Claimed) {
            states.remove(key);
        }
        self.answers.give(())
    }
}
