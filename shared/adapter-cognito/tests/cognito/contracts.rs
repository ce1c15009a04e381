//! Runs the contract of `CustomerDirectory` against a local cloud.

use adapter_cognito::CognitoDirectory;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType, UsernameAttributeType};
use domain::ports::CustomerDirectory;
use domain::values::CustomerId;
use port_contracts::world;

const ANN: &str = "ann@example.test";

/// A user pool with e-mail addresses as user names, like the template's.
struct Pool {
    client: Client,
    id: String,
    directory: CognitoDirectory,
}

impl Pool {
    /// Every call creates a new pool; pools may have the same name.
    async fn create() -> Self {
        let config = recorded_aws::local_cloud();
        let client = Client::new(&config);
        let created = client
            .create_user_pool()
            .pool_name("contract")
            .username_attributes(UsernameAttributeType::Email)
            .send()
            .await
            .unwrap();
        let id = created.user_pool.unwrap().id.unwrap();
        let directory = CognitoDirectory::new(&config, id.clone());
        Self { client, id, directory }
    }

    /// Returns the `sub`, the id of this user in tokens.
    async fn admit(&self, address: &str, email_verified: &str) -> CustomerId {
        let attribute = |name: &str, value: &str| AttributeType::builder().name(name).value(value).build().unwrap();
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.id)
            .username(address)
            .user_attributes(attribute("email", address))
            .user_attributes(attribute("email_verified", email_verified))
            .message_action(MessageActionType::Suppress)
            .send()
            .await
            .unwrap();
        let user = created.user.unwrap();
        let sub = user.attributes().iter().find(|attribute| attribute.name() == "sub");
        CustomerId::parse(sub.unwrap().value().unwrap()).unwrap()
    }

    async fn email_of(&self, customer: &CustomerId) -> Option<String> {
        let found = self.directory.email_of(customer).await.unwrap();
        found.map(|address| address.reveal().to_owned())
    }
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_customer_directory() {
    let pool = Pool::create().await;
    let ann = pool.admit(ANN, "true").await;
    world::customer_directory(&pool.directory, &ann).await;
    assert_eq!(pool.email_of(&ann).await.as_deref(), Some(ANN));
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn an_unknown_user_and_a_user_with_an_unverified_address_have_no_address() {
    let pool = Pool::create().await;
    let nobody = CustomerId::parse("0190f3c4-7d1e-7a00-8000-000000000001").unwrap();
    assert_eq!(pool.email_of(&nobody).await, None);
    let ann = pool.admit(ANN, "false").await;
    assert_eq!(pool.email_of(&ann).await, None);
}
