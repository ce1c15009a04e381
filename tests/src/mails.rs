//! Reads sent mails from the local host and from the local cloud.

use serde_json::Value;

/// The parts of a mail that tests check.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: Vec<String>,
    pub text: String,
    pub html: String,
}

/// All mails in the outbox of the local host.
pub(crate) fn of_local_host(answer: &Value) -> Vec<Mail> {
    let mails = answer["emails"].as_array().unwrap().iter();
    let text = |mail: &Value, name: &str| mail[name].as_str().unwrap().to_owned();
    mails
        .map(|mail| Mail {
            to: vec![text(mail, "to")],
            text: text(mail, "text"),
            html: text(mail, "html"),
        })
        .collect()
}

/// All mails that the local cloud accepted, in all of its accounts.
pub(crate) fn of_local_cloud(answer: &Value) -> Vec<Mail> {
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
