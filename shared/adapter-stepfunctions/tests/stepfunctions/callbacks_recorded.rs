//! Tests how waits are ended, and what an answer about a wait that is over means.

use domain::fulfilment::payment_results::{PaymentVerdict, SagaCallbacks, WaitToken};
use domain::ports::PortFailure;
use serde_json::json;

use crate::recorded::{Answer, Sent, callbacks, lost, refused, sent, throttled};

async fn resumed(
    verdict: PaymentVerdict,
    answers: impl IntoIterator<Item = Answer>,
) -> (Result<(), PortFailure>, Vec<Sent>) {
    let (callbacks, service) = callbacks(answers);
    let token = WaitToken::parse("AAAAKgAAAAIAAAAAAAAAAQ").unwrap();
    let answer = callbacks.resume(&token, verdict).await;
    (answer, sent(&service))
}

fn accepted() -> Answer {
    (200, json!({}))
}

#[tokio::test]
async fn an_authorization_is_a_success_and_a_refusal_the_error_that_the_saga_catches() {
    let (answer, sent) = resumed(PaymentVerdict::Authorized, [accepted()]).await;
    answer.unwrap();
    let [(operation, body)] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert_eq!(
        (operation.as_str(), &body["taskToken"]),
        ("SendTaskSuccess", &json!("AAAAKgAAAAIAAAAAAAAAAQ"))
    );
    assert_eq!(body["output"], json!(r#"{"outcome":"AUTHORIZED"}"#));

    let (answer, sent) = resumed(PaymentVerdict::Declined, [accepted()]).await;
    answer.unwrap();
    let [(operation, body)] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert_eq!(
        (operation.as_str(), &body["error"]),
        ("SendTaskFailure", &json!("PaymentDeclined"))
    );
}

#[tokio::test]
async fn a_wait_that_is_over_needs_no_verdict() {
    for verdict in PaymentVerdict::ALL {
        for code in ["TaskTimedOut", "TaskDoesNotExist"] {
            let (answer, _) = resumed(verdict, [refused(code)]).await;
            assert!(answer.is_ok(), "{code}");
        }
        let (answer, sent) = resumed(verdict, [lost(), refused("TaskTimedOut")]).await;
        assert!(answer.is_ok() && sent.len() == 2, "the first answer got lost");
    }
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_failures() {
    for verdict in PaymentVerdict::ALL {
        for code in ["InvalidToken", "AccessDeniedException"] {
            let (answer, _) = resumed(verdict, [refused(code)]).await;
            assert!(!answer.unwrap_err().transient, "{code}");
        }
        let (answer, _) = resumed(verdict, std::iter::repeat_n(throttled(), 10)).await;
        assert!(answer.unwrap_err().transient);
    }
}
