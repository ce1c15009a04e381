//! Tests the requests of the adapter, and answers that a local cloud does not give.

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

/// The result with these answers, and the number of requests. Pass one extra answer to detect an extra request.
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
async fn a_verified_address_is_returned() {
    let attributes = [("sub", ANN), ("email", "ann@example.test"), ("email_verified", "true")];
    let (found, requests) = email_of_ann([user(&attributes), user(&[])]).await;
    assert_eq!(found.unwrap().unwrap().reveal(), "ann@example.test");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn an_unverified_or_malformed_address_is_not_returned() {
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
async fn a_user_that_is_not_in_the_pool_has_no_address() {
    let (found, requests) = email_of_ann([refused("UserNotFoundException"), user(&[])]).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, 1);
}

/// It must not look like a customer without an address, who would get no mail.
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
async fn a_throttled_request_is_retried_a_few_times() {
    let throttled = || refused("TooManyRequestsException");
    let lost = (500, json!({ "__type": "InternalErrorException" }));
    let (found, requests) = email_of_ann([throttled(), lost, user(&[])]).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, 3);

    let (found, requests) = email_of_ann((0..=ATTEMPTS_MAX).map(|_| throttled())).await;
    assert!(found.unwrap_err().transient);
    assert_eq!(requests, ATTEMPTS_MAX as usize);
}
