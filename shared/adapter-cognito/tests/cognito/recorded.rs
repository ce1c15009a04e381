//! What does the adapter send, and what does it make of answers that a local cloud does not give?

use adapter_cognito::CognitoDirectory;
use domain::ports::{CustomerDirectory, PortFailure};
use domain::values::{CustomerId, EmailAddress};
use lambda::sdk::ATTEMPTS_MAX;
use recorded_aws::{JsonRequest, Recorded, response};
use serde_json::{Value, json};

const POOL: &str = "eu-central-1_Popshop00";
const ANN: &str = "0190f3c4-7d1e-7a00-8000-000000000001";

/// A status and a body.
type Answer = (u16, Value);

fn refused(code: &str) -> Answer {
    (400, json!({ "__type": code, "message": "no" }))
}

fn user(attributes: &[(&str, &str)]) -> Answer {
    let attributes = attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }));
    let attributes: Vec<Value> = attributes.collect();
    (200, json!({ "Username": ANN, "UserAttributes": attributes }))
}

/// By these answers, and after how many requests. One answer more than is expected shows a request too many.
async fn email_of_ann(answers: impl IntoIterator<Item = Answer>) -> (Result<Option<EmailAddress>, PortFailure>, usize) {
    let answers = answers.into_iter();
    let service = Recorded::<JsonRequest>::in_order(answers.map(|(status, body)| response(status, body.to_string())));
    let directory = CognitoDirectory::new(&service.config, POOL.to_owned());
    let found = directory.email_of(&CustomerId::parse(ANN).unwrap()).await;
    let sent = service.sent();
    for request in &sent {
        assert_eq!(request.operation, "AdminGetUser");
        assert_eq!(request.body, json!({ "UserPoolId": POOL, "Username": ANN }));
    }
    (found, sent.len())
}

#[tokio::test]
async fn a_confirmed_address_is_told() {
    let attributes = [("sub", ANN), ("email", "ann@example.test"), ("email_verified", "true")];
    let (found, requests) = email_of_ann([user(&attributes), user(&[])]).await;
    assert_eq!(found.unwrap().unwrap().reveal(), "ann@example.test");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn what_mail_must_not_or_cannot_go_to_is_no_address() {
    let cases: [&[(&str, &str)]; 5] = [
        &[("sub", ANN)],
        &[("email_verified", "true")],
        &[("email", "ann@example.test")],
        &[("email", "ann@example.test"), ("email_verified", "false")],
        &[("email", "ann at example.test"), ("email_verified", "true")],
    ];
    for attributes in cases {
        let (found, _) = email_of_ann([user(attributes)]).await;
        assert_eq!(found.unwrap(), None, "{attributes:?}");
    }
}

#[tokio::test]
async fn a_person_that_the_pool_does_not_know_has_no_address() {
    let (found, requests) = email_of_ann([refused("UserNotFoundException"), user(&[])]).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, 1);
}

/// It must not pass for a person without an address, who is never told anything.
#[tokio::test]
async fn a_refusal_is_a_failure() {
    for code in [
        "NotAuthorizedException",
        "AccessDeniedException",
        "ResourceNotFoundException",
    ] {
        let (found, requests) = email_of_ann([refused(code), user(&[])]).await;
        let failure = found.unwrap_err();
        assert_eq!(failure.to_string(), "look up customer");
        assert!(!failure.transient, "{code}");
        assert_eq!(requests, 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_question_is_asked_again_a_few_times() {
    let throttled = || refused("TooManyRequestsException");
    let lost = (500, json!({ "__type": "InternalErrorException" }));
    let (found, requests) = email_of_ann([throttled(), lost, user(&[])]).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, 3);

    let (found, requests) = email_of_ann((0..=ATTEMPTS_MAX).map(|_| throttled())).await;
    assert!(found.unwrap_err().transient);
    assert_eq!(requests, ATTEMPTS_MAX as usize);
}
