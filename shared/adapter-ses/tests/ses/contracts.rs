//! Runs the contract of `Mailer` against a local cloud.

use async_trait::async_trait;
use aws_sdk_sesv2::operation::create_email_identity::CreateEmailIdentityError;
use aws_types::SdkConfig;
use domain::ports::Email;
use domain::values::EmailAddress;
use port_contracts::mail;
use port_contracts::probes::Inbox;
use serde_json::{Value, json};

use crate::samples;

/// The local cloud's list of sent mail.
struct LocalCloud {
    url: String,
}

#[async_trait]
impl Inbox for LocalCloud {
    async fn mails_to(&self, address: &str) -> Vec<Email> {
        let url = format!("{}/_ministack/ses/messages", self.url.trim_end_matches('/'));
        let answer = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let accounts = answer["messages"].as_object().unwrap().values();
        let mails = accounts.flat_map(|mails| mails.as_array().unwrap());
        let to_address = mails.filter(|mail| mail["To"] == json!([address]));
        let text = |mail: &Value, name: &str| mail[name].as_str().unwrap().to_owned();
        let read = |mail: &Value| {
            assert_eq!(mail["Source"], samples::SENDER);
            Email {
                to: EmailAddress::parse(address).unwrap(),
                subject: text(mail, "Subject"),
                text: text(mail, "BodyText"),
                html: text(mail, "BodyHtml"),
            }
        };
        to_address.map(read).collect()
    }
}

/// The domain of the sender and of all recipients: a new account may send only to verified domains.
async fn verify_domain(config: &SdkConfig) {
    let client = aws_sdk_sesv2::Client::new(config);
    let created = client
        .create_email_identity()
        .email_identity("example.test")
        .send()
        .await;
    if let Err(error) = created {
        let refusal = error.as_service_error();
        let by_an_earlier_run = refusal.is_some_and(CreateEmailIdentityError::is_already_exists_exception);
        assert!(by_an_earlier_run, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_mailer() {
    let (url, config) = (recorded_aws::local_cloud_url(), recorded_aws::local_cloud());
    verify_domain(&config).await;
    let mailer = samples::mailer(&config);
    mail::mailer(&mailer, &LocalCloud { url }).await;
}
