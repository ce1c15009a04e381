//! How does a test get people in the user pool of a deployment? It creates them, and signs in with a password.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cognitoidentityprovider::Client as Pool;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, AuthFlowType, MessageActionType};
use aws_types::SdkConfig;
use tokio::runtime::Runtime;

const PASSWORD: &str = "Pop-up-shop-2026";

/// The user pool of a deployment, where a test gets people of its own.
pub struct Cognito {
    runtime: Runtime,
    pool: Pool,
    pool_id: String,
    client_id: String,
    cloud_url: String,
    /// Keeps the people of this test apart from those of the others.
    run: String,
}

impl Cognito {
    /// A pool of the local cloud at `cloud_url`, with people that no other test has.
    pub(crate) fn new(sdk: &SdkConfig, pool_id: String, client_id: String, cloud_url: String) -> Self {
        static OPENED: AtomicU32 = AtomicU32::new(0);
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Self {
            runtime: Runtime::new().unwrap(),
            pool: Pool::new(sdk),
            pool_id,
            client_id,
            cloud_url,
            run: format!("{started:x}-{}", OPENED.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub(crate) fn address_of(&self, subject: &str) -> String {
        format!("{subject}-{}@example.test", self.run)
    }

    /// An access token of this person, who is made up at the first mention.
    pub(crate) fn token(&self, subject: &str, groups: &[&str]) -> String {
        let address = self.address_of(subject);
        self.runtime.block_on(async {
            let attribute = |name: &str, value: &str| AttributeType::builder().name(name).value(value).build().unwrap();
            let created = self
                .pool
                .admin_create_user()
                .user_pool_id(&self.pool_id)
                .username(&address)
                .user_attributes(attribute("email", &address))
                .user_attributes(attribute("email_verified", "true"))
                .message_action(MessageActionType::Suppress)
                .send()
                .await;
            if let Err(refused) = created {
                let known = refused.into_service_error();
                assert!(known.is_username_exists_exception(), "{known:?}");
            } else {
                self.admit(&address, groups).await;
            }
            let signed_in = self
                .pool
                .initiate_auth()
                .client_id(&self.client_id)
                .auth_flow(AuthFlowType::UserPasswordAuth)
                .auth_parameters("USERNAME", &address)
                .auth_parameters("PASSWORD", PASSWORD)
                .send()
                .await
                .unwrap();
            let tokens = signed_in.authentication_result.unwrap();
            tokens.access_token.unwrap()
        })
    }

    async fn admit(&self, address: &str, groups: &[&str]) {
        self.pool
            .admin_set_user_password()
            .user_pool_id(&self.pool_id)
            .username(address)
            .password(PASSWORD)
            .permanent(true)
            .send()
            .await
            .unwrap();
        for group in groups {
            self.pool
                .admin_add_user_to_group()
                .user_pool_id(&self.pool_id)
                .username(address)
                .group_name(*group)
                .send()
                .await
                .unwrap();
        }
    }

    pub(crate) fn mails_url(&self) -> String {
        format!("{}/_ministack/ses/messages", self.cloud_url)
    }
}
