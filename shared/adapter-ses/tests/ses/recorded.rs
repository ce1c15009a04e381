//! Tests the requests of the adapter, their number, and answers that a local cloud does not give.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use domain::ports::{Mailer, SendFailure};
use recorded_aws::{Recorded, response};
use serde_json::{Value, json};

use crate::samples::{ANN, SENDER, ambiguous, chain, email, mailer, not_sent};

const ENDPOINT: &str = "https://email.us-east-1.amazonaws.com";

/// A request: its path and its body.
#[derive(Debug, Clone)]
struct Sent(String, Value);

impl From<&HttpRequest> for Sent {
    fn from(request: &HttpRequest) -> Self {
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        Self(request.uri().to_owned(), body)
    }
}

fn answer(status: u16, code: Option<&str>, body: &str) -> HttpResponse {
    let mut answer = response(status, body.to_owned());
    answer.headers_mut().insert("x-amzn-requestid", "request-1");
    if let Some(code) = code {
        answer.headers_mut().insert("x-amzn-errortype", code.to_owned());
    }
    answer
}

fn accepted() -> HttpResponse {
    answer(200, None, r#"{"MessageId":"message-1"}"#)
}

fn refused(status: u16, code: &str) -> HttpResponse {
    let message = json!({ "message": format!("Email address is not verified: {ANN}") });
    answer(status, Some(code), &message.to_string())
}

/// Sends a mail to a service with this answer, which would accept a second request. Also returns all requests.
async fn send(first: HttpResponse) -> (Result<(), SendFailure>, Vec<(String, Value)>) {
    let service = Recorded::<Sent>::in_order([first, accepted()]);
    let sent = mailer(&service.config).send(&email()).await;
    let requests = service.sent().into_iter().map(|Sent(address, body)| (address, body));
    (sent, requests.collect())
}

#[tokio::test]
async fn a_mail_is_sent_in_both_forms_and_in_one_charset() {
    let (sent, requests) = send(accepted()).await;
    sent.unwrap();
    let in_utf8 = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
    let body = json!({
        "FromEmailAddress": SENDER,
        "Destination": { "ToAddresses": [ANN] },
        "Content": { "Simple": {
            "Subject": in_utf8("Grüße 茶碗"),
            "Body": {
                "Text": in_utf8("Hello,\nyour order is on its way."),
                "Html": in_utf8("<p>Hello</p>"),
            },
        } },
    });
    assert_eq!(requests, [(format!("{ENDPOINT}/v2/email/outbound-emails"), body)]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_mail_was_not_sent_and_only_a_throttled_one_is_transient() {
    for (status, code, transient) in [
        (400, "MessageRejected", false),
        (400, "MailFromDomainNotVerifiedException", false),
        (400, "SendingPausedException", false),
        (403, "AccessDeniedException", false),
        (400, "LimitExceededException", true),
        (400, "ThrottlingException", true),
        (429, "TooManyRequestsException", true),
    ] {
        let (sent, requests) = send(refused(status, code)).await;
        assert_eq!(not_sent(sent.unwrap_err()).transient, transient, "{code}");
        assert_eq!(requests.len(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_may_have_sent_the_mail_and_gets_no_second_request() {
    for (status, code) in [
        (500, "InternalFailure"),
        (502, ""),
        (503, "ServiceUnavailable"),
        (504, ""),
    ] {
        let (sent, requests) = send(refused(status, code)).await;
        assert!(ambiguous(sent.unwrap_err()).transient, "{status}");
        assert_eq!(requests.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_may_mean_a_sent_mail() {
    let (sent, requests) = send(answer(200, None, "{\"MessageId\"")).await;
    ambiguous(sent.unwrap_err());
    assert_eq!(requests.len(), 1);
}

/// The messages of SES contain addresses.
#[tokio::test]
async fn a_failure_names_the_refusal_and_the_request_but_no_address() {
    let (sent, _) = send(refused(400, "MessageRejected")).await;
    let failure = not_sent(sent.unwrap_err());
    assert_eq!(
        chain(&failure),
        "send mail: ses answered MessageRejected with status 400 to request request-1"
    );
    assert!(!format!("{failure:?}").contains(ANN));
}

/// The error of the functions' HTTP client when the invocation has no time left.
#[tokio::test]
async fn a_mail_whose_answer_comes_after_the_deadline_may_have_been_sent() {
    let no_time_left = |_sent: &[Sent]| Err(ConnectorError::other("no time left for an answer".into(), None));
    let service = Recorded::new(no_time_left);
    let sent = mailer(&service.config).send(&email()).await;
    assert!(ambiguous(sent.unwrap_err()).transient);
}
