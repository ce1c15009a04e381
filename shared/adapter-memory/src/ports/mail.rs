//! Who has which address, which mails were claimed, and which left the shop?

use async_trait::async_trait;
use domain::ports::{CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};
use domain::values::{CustomerId, EmailAddress, Timestamp};

use crate::access::{Access, Ports, Trouble, failure};
use crate::tables::Tables;

#[async_trait]
impl<A: Access> CustomerDirectory for Ports<A> {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        let find = |tables: &Tables| {
            let address = EmailAddress::parse(&format!("{}@example.test", customer.as_str())).ok();
            address.filter(|_| !tables.without_address.contains(customer))
        };
        self.read("directory.email_of", find).await
    }
}

#[async_trait]
impl<A: Access> Mailer for Ports<A> {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let (operation, email) = ("mail.send", email.clone());
        let send = move |tables: &mut Tables| tables.mails.push(email.clone());
        let sent = self.0.write_once(operation, send).await;
        sent.map_err(|trouble| match trouble {
            Trouble::Refused => SendFailure::NotSent(failure(operation)(trouble)),
            Trouble::AnswerLost => SendFailure::Ambiguous(failure(operation)(trouble)),
        })
    }
}

#[async_trait]
impl<A: Access> SendLog for Ports<A> {
    async fn claim(&self, key: &str, _: Timestamp) -> Result<SendClaim, PortFailure> {
        let key = key.to_owned();
        let claim = move |tables: &mut Tables| match tables.sends.get(&key) {
            Some(state) => SendClaim::Taken(*state),
            None => {
                tables.sends.insert(key.clone(), SendState::Claimed);
                SendClaim::Granted
            }
        };
        self.write("sends.claim", claim).await
    }

    async fn settle(&self, key: &str, state: SendState, _: Timestamp) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let settle = move |tables: &mut Tables| {
            tables.sends.insert(key.clone(), state);
        };
        self.write("sends.settle", settle).await
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let release = move |tables: &mut Tables| {
            if tables.sends.get(&key) == Some(&SendState::Claimed) {
                tables.sends.remove(&key);
            }
        };
        self.write("sends.release", release).await
    }
}
