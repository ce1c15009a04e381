//! Looks up a customer's verified e-mail address in a Cognito user pool.
#![warn(missing_docs)]

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserError;
use aws_sdk_cognitoidentityprovider::types::AttributeType;
use aws_types::SdkConfig;
use domain::ports::{CustomerDirectory, PortFailure};
use domain::values::{CustomerId, EmailAddress};

/// The customers of a user pool. Needs `cognito-idp:AdminGetUser` on it.
#[derive(Debug, Clone)]
pub struct CognitoDirectory {
    client: aws_sdk_cognitoidentityprovider::Client,
    user_pool_id: String,
}

impl CognitoDirectory {
    /// A directory over this user pool. Makes no call.
    pub fn new(config: &SdkConfig, user_pool_id: String) -> Self {
        Self {
            client: aws_sdk_cognitoidentityprovider::Client::new(config),
            user_pool_id,
        }
    }
}

#[async_trait]
impl CustomerDirectory for CognitoDirectory {
    /// Returns only a verified address: users can write any address into their own record, and the shop must not send
    /// mail to it.
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        // The customer id is the token's `sub`, which Cognito accepts as a user name
        // (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html).
        let found = self
            .client
            .admin_get_user()
            .user_pool_id(&self.user_pool_id)
            .username(customer.as_str())
            .send()
            .await;
        let error = match found {
            Ok(user) => return Ok(verified_email(user.user_attributes())),
            Err(error) => error,
        };
        let refusal = error.as_service_error();
        if refusal.is_some_and(AdminGetUserError::is_user_not_found_exception) {
            return Ok(None);
        }
        Err(aws_errors::failure("look up customer", error))
    }
}

/// An unverified or malformed address counts as missing, because a retry would not help. It is logged without the
/// address.
fn verified_email(attributes: &[AttributeType]) -> Option<EmailAddress> {
    let email = attribute(attributes, "email")?;
    if attribute(attributes, "email_verified") != Some("true") {
        tracing::warn!("customer has an unverified address");
        return None;
    }
    let address = EmailAddress::parse(email);
    if let Err(fault) = &address {
        tracing::warn!(error = %fault, "customer has a malformed address");
    }
    address.ok()
}

fn attribute<'a>(attributes: &'a [AttributeType], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.name() == name)
        .and_then(AttributeType::value)
}
