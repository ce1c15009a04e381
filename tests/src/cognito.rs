//! Creates users in the user pool of a deployment, and signs them in with a password.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::api::Cloud;

const PASSWORD: &str = "Pop-up-shop-2026";

/// The user pool of a deployment, with separate users for each test.
pub struct Cognito {
    cloud: Cloud,
    pool_id: String,
    client_id: String,
    cloud_url: String,
    /// Distinguishes the users of this test from those of other tests.
    run: String,
}

impl Cognito {
    /// A pool of the local cloud at `cloud_url`, with unique users.
    pub(crate) fn new(pool_id: String, client_id: String, cloud_url: String) -> Self {
        static OPENED: AtomicU32 = AtomicU32::new(0);
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Self {
            cloud: Cloud::at(&cloud_url),
            pool_id,
            client_id,
            cloud_url,
            run: format!("{started:x}-{}", OPENED.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub(crate) fn address_of(&self, subject: &str) -> String {
        format!("{subject}-{}@example.test", self.run)
    }

    /// An access token of this user, who is created at the first call.
    pub(crate) fn token(&self, subject: &str, groups: &[&str]) -> String {
        let address = self.address_of(subject);
        let created = self.cloud.cognito(
            "AdminCreateUser",
            &json!({
                "UserPoolId": self.pool_id,
                "Username": address,
                "UserAttributes": [
                    { "Name": "email", "Value": address },
                    { "Name": "email_verified", "Value": "true" },
                ],
                "MessageAction": "SUPPRESS",
            }),
        );
        match created {
            Ok(_) => self.admit(&address, groups),
            Err(refusal) => assert_eq!(refusal, "UsernameExistsException"),
        }
        let signed_in = self.act(
            "InitiateAuth",
            &json!({
                "ClientId": self.client_id,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": address, "PASSWORD": PASSWORD },
            }),
        );
        signed_in["AuthenticationResult"]["AccessToken"]
            .as_str()
            .unwrap_or_else(|| panic!("no access token: {signed_in}"))
            .to_owned()
    }

    fn admit(&self, address: &str, groups: &[&str]) {
        self.act(
            "AdminSetUserPassword",
            &json!({
                "UserPoolId": self.pool_id,
                "Username": address,
                "Password": PASSWORD,
                "Permanent": true,
            }),
        );
        for group in groups {
            self.act(
                "AdminAddUserToGroup",
                &json!({ "UserPoolId": self.pool_id, "Username": address, "GroupName": group }),
            );
        }
    }

    fn act(&self, action: &str, input: &Value) -> Value {
        let answer = self.cloud.cognito(action, input);
        answer.unwrap_or_else(|refusal| panic!("{action}: {refusal}"))
    }

    pub(crate) fn mails_url(&self) -> String {
        format!("{}/_ministack/ses/messages", self.cloud_url)
    }
}
