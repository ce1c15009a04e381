//! The contract of `SendLog` and `Mailer`.

use std::sync::Arc;

use domain::ports::{Email, Mailer, SendClaim, SendLog, SendState};
use domain::values::EmailAddress;

use crate::probes::Inbox;
use crate::samples::{at, at_once, unique};

/// The contract of [`SendLog`].
pub async fn send_log(sends: Arc<dyn SendLog>) {
    one_of_many_claims_is_granted(Arc::clone(&sends)).await;
    what_was_settled_is_told_and_stays(sends.as_ref()).await;
    a_released_claim_can_be_made_again(sends.as_ref()).await;
}

/// The contract of [`Mailer`]. `inbox` reads what was sent.
pub async fn mailer(mailer: &dyn Mailer, inbox: &dyn Inbox) {
    let address = format!("{}@example.test", unique("person"));
    let mut mails = Vec::new();
    for subject in [
        "Your order",
        "Grüße aus dem Laden, lang genug für eine zweite Zeile: 茶碗",
    ] {
        let email = Email {
            to: EmailAddress::parse(&address).unwrap(),
            subject: subject.to_owned(),
            text: "Hello = you,\n\nKäse. \n.\n".to_owned(),
            html: format!("<p>{}</p>", "long ".repeat(500)),
        };
        mailer.send(&email).await.unwrap();
        mails.push(email);
    }
    let mut found = inbox.mails_to(&address).await;
    found.sort_by_key(|email| email.subject.clone());
    mails.sort_by_key(|email| email.subject.clone());
    assert_eq!(found, mails);
}

async fn one_of_many_claims_is_granted(sends: Arc<dyn SendLog>) {
    let key = unique("order/confirmed");
    let answers = at_once(|_| {
        let (sends, key) = (Arc::clone(&sends), key.clone());
        async move { sends.claim(&key, at(0)).await.unwrap() }
    })
    .await;
    let granted = answers.iter().filter(|answer| **answer == SendClaim::Granted).count();
    assert_eq!(granted, 1, "{answers:?}");
    let taken = answers
        .iter()
        .filter(|answer| **answer == SendClaim::Taken(SendState::Claimed))
        .count();
    assert_eq!(taken, answers.len() - 1, "{answers:?}");
}

async fn what_was_settled_is_told_and_stays(sends: &dyn SendLog) {
    for state in [SendState::Sent, SendState::Ambiguous] {
        let key = unique("order/confirmed");
        assert_eq!(sends.claim(&key, at(0)).await.unwrap(), SendClaim::Granted);
        for seconds in [1, 2] {
            sends.settle(&key, state, at(seconds)).await.unwrap();
            sends.release(&key).await.unwrap();
            assert_eq!(sends.claim(&key, at(seconds)).await.unwrap(), SendClaim::Taken(state));
        }
    }
}

async fn a_released_claim_can_be_made_again(sends: &dyn SendLog) {
    let key = unique("order/confirmed");
    sends.release(&key).await.unwrap();
    for seconds in [0, 1] {
        assert_eq!(sends.claim(&key, at(seconds)).await.unwrap(), SendClaim::Granted);
        sends.release(&key).await.unwrap();
    }
}
