//! Checks how each kind of failed call is classified.

use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::ErrorKind;

use super::*;

type Refusal = SdkError<ErrorMetadata, HttpResponse>;

fn refused(status: u16, code: Option<&str>) -> Refusal {
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        metadata = metadata.code(code);
    }
    SdkError::service_error(metadata.build(), response(status))
}

fn response(status: u16) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), "".into())
}

fn broken(error: ConnectorError) -> Refusal {
    SdkError::dispatch_failure(error)
}

#[test]
fn a_throttled_call_is_transient_whatever_its_status() {
    let documented = [
        "ExecutionLimitExceeded",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "SlowDown",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    ];
    for code in documented {
        let error = refused(400, Some(code));
        assert!(is_transient(&error), "{code}");
        assert!(certainly_without_effect(&error), "{code}");
    }
    assert!(is_transient(&refused(429, None)));
}

#[test]
fn only_codes_that_ask_to_slow_down_are_throttling() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    ] {
        assert!(is_throttled(&refused(400, Some(code))), "{code}");
    }
    assert!(is_throttled(&refused(429, None)));
    let others = [
        refused(400, Some("ConditionalCheckFailedException")),
        refused(400, Some("TransactionConflictException")),
        refused(500, Some("InternalServerError")),
        refused(503, None),
        SdkError::timeout_error("took too long"),
    ];
    for error in others {
        assert!(!is_throttled(&error), "{error:?}");
    }
}

#[test]
fn a_refused_call_is_final_and_without_effect() {
    let refusals = [
        (400, "ValidationException"),
        (400, "ConditionalCheckFailedException"),
        (400, "MessageRejected"),
        (403, "AccessDeniedException"),
        (404, "NoSuchKey"),
        (412, "PreconditionFailed"),
    ];
    for (status, code) in refusals {
        let error = refused(status, Some(code));
        assert!(!is_transient(&error), "{code}");
        assert!(certainly_without_effect(&error), "{code}");
    }
    assert!(!is_transient(&refused(400, None)));
}

/// Its reasons may be conditions that no retry fulfils.
#[test]
fn the_code_of_a_cancelled_transaction_is_not_transient() {
    assert!(!is_transient(&refused(400, Some("TransactionCanceledException"))));
}

#[test]
fn a_service_in_trouble_may_recover_and_may_have_acted() {
    for (status, code) in [
        (500, Some("InternalServerError")),
        (502, None),
        (503, Some("ServiceUnavailable")),
        (504, None),
        // S3, while it joins the parts of an object.
        (200, Some("InternalError")),
    ] {
        let error = refused(status, code);
        assert!(is_transient(&error), "{status}");
        assert!(!certainly_without_effect(&error), "{status}");
    }
}

#[test]
fn a_request_that_cannot_be_built_is_final_and_without_effect() {
    let error: Refusal = SdkError::construction_failure("no region");
    assert!(!is_transient(&error));
    assert!(certainly_without_effect(&error));
}

/// `adapter-ses` tests failed connection attempts over real sockets: a test cannot construct hyper's error.
#[test]
fn a_call_without_an_answer_may_have_had_an_effect() {
    let lost: [Refusal; 8] = [
        SdkError::timeout_error("took too long"),
        SdkError::response_error("half an answer", response(200)),
        broken(ConnectorError::timeout("no answer".into())),
        broken(ConnectorError::io("connection reset".into())),
        broken(ConnectorError::other("no time left for an answer".into(), None)),
        broken(ConnectorError::other(
            "incomplete message".into(),
            Some(ErrorKind::TransientError),
        )),
        broken(ConnectorError::user("dispatch task is gone".into())),
        // Its kind is private to the SDK.
        broken(ConnectorError::io("refused".into()).never_connected()),
    ];
    for error in lost {
        assert!(is_transient(&error), "{error:?}");
        assert!(!certainly_without_effect(&error), "{error:?}");
    }
}

#[test]
fn a_failure_names_the_action_and_keeps_its_source() {
    let failure = failure("save order", refused(400, Some("ThrottlingException")));
    assert_eq!(failure.to_string(), "save order");
    assert!(failure.transient);
    let below = failure.source().and_then(Error::source).unwrap();
    assert!(below.to_string().contains("ThrottlingException"), "{below}");
}
