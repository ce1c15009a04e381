//! Makes up e-mail addresses of customers, in a domain that can never receive mail (RFC 2606).

use async_trait::async_trait;
use domain::ports::{CustomerDirectory, PortFailure};
use domain::values::{CustomerId, EmailAddress};

/// Everybody is `<sub>@example.test`; a subject that makes no address has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExampleDirectory;

#[async_trait]
impl CustomerDirectory for ExampleDirectory {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        Ok(EmailAddress::parse(&format!("{}@example.test", customer.as_str())).ok())
    }
}
