//! How does a test reach the local cloud? As people do: over its HTTP API, with tokens of its user pool.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cognitoidentityprovider::Client as Pool;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, AuthFlowType, MessageActionType};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::people::{Mail, People};

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

/// What `cargo xtask local-cloud` wrote about its deployment.
pub fn deployment(outputs: &Path) -> Value {
    let text = std::fs::read_to_string(outputs).expect("the local cloud has written its outputs");
    serde_json::from_str(&text).unwrap()
}

/// A client of the deployment that `outputs` (written by `cargo xtask local-cloud`) tells of.
pub fn client(outputs: &Path) -> Client {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    let deployment = deployment(outputs);
    let field = |pointer: &str| {
        let value = deployment.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("the outputs have no {pointer}"))
            .to_owned()
    };
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let people = Cognito {
        runtime: Runtime::new().unwrap(),
        pool: Pool::new(&sdk_config(&field("/url"))),
        pool_id: field("/outputs/UserPoolId"),
        client_id: field("/outputs/UserPoolClientId"),
        cloud_url: field("/url"),
        run: format!("{started:x}-{}", OPENED.fetch_add(1, Ordering::Relaxed)),
    };
    Client::new(&field("/url"))
        .with_host(&field("/api_host"))
        .with_people(People::Cognito(Arc::new(people)))
}

/// The SDK as the functions configure it, as the account's root, at a local cloud.
pub fn sdk_config(url: &str) -> aws_types::SdkConfig {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        _ => None,
    };
    lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap()
}

impl Cognito {
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

/// Every mail that the local cloud took, of all its accounts.
pub(crate) fn mails(answer: &Value) -> Vec<Mail> {
    let accounts = answer["messages"].as_object().unwrap_or_else(|| panic!("{answer}"));
    let all = accounts.values().flat_map(|mails| mails.as_array().unwrap());
    let text = |mail: &Value, name: &str| mail[name].as_str().unwrap_or_default().to_owned();
    all.map(|mail| Mail {
        to: mail["To"]
            .as_array()
            .unwrap()
            .iter()
            .map(|to| to.as_str().unwrap().to_owned())
            .collect(),
        text: text(mail, "BodyText"),
        html: text(mail, "BodyHtml"),
    })
    .collect()
}
