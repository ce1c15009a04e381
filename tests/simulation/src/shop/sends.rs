//! Which mails were claimed, and what became of them?

use std::collections::BTreeMap;

use domain::ports::{SendClaim, SendState};

#[derive(Debug, Default)]
pub struct SendTable(BTreeMap<String, SendState>);

impl SendTable {
    pub fn claim(&mut self, key: &str) -> SendClaim {
        if let Some(state) = self.0.get(key) {
            return SendClaim::Taken(*state);
        }
        self.0.insert(key.to_owned(), SendState::Claimed);
        SendClaim::Granted
    }

    pub fn settle(&mut self, key: &str, state: SendState) {
        self.0.insert(key.to_owned(), state);
    }

    pub fn release(&mut self, key: &str) {
        if self.0.get(key) == Some(&SendState::Claimed) {
            self.0.remove(key);
        }
    }
}
