//! What does the adapter send, and what does it make of answers that a local cloud does not give?

use adapter_stepfunctions::imports::StepFunctionsImportRunner;
use adapter_stepfunctions::sagas::{SagaArns, StepFunctionsSagaRunner};
use aws_sdk_sfn::config::http::{HttpRequest, HttpResponse};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::http::StatusCode;
use aws_types::SdkConfig;
use serde_json::{Value, json};

pub(crate) const ORDER_SAGA: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-order";
/// In another partition, whose ARNs begin otherwise.
pub(crate) const CANCEL_SAGA: &str = "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:popshop-order-cancel";

pub(crate) const CATALOG_IMPORT: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-catalog-import";

/// A status and a body.
pub(crate) type Answer = (u16, Value);

/// A request as it was sent: its operation, and its body with an execution's input in it read.
pub(crate) type Sent = (String, Value);

pub(crate) fn refused(code: &str) -> Answer {
    (400, json!({ "__type": code, "message": "no" }))
}

pub(crate) fn throttled() -> Answer {
    refused("ThrottlingException")
}

/// What the service did, nobody knows.
pub(crate) fn lost() -> Answer {
    (500, json!({}))
}

pub(crate) fn started() -> Answer {
    (
        200,
        json!({ "executionArn": "arn:of-the-execution", "startDate": 1_700_000_000 }),
    )
}

/// A configuration, and what listens to whoever has it. The answers come in order; one more than is expected shows a
/// request too many.
fn service(answers: impl IntoIterator<Item = Answer>) -> (SdkConfig, StaticReplayClient) {
    let events = answers.into_iter().map(|(status, body)| {
        let status = StatusCode::try_from(status).unwrap();
        ReplayEvent::new(HttpRequest::empty(), HttpResponse::new(status, body.to_string().into()))
    });
    let service = StaticReplayClient::new(events.collect());
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    let config = lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap();
    (config.into_builder().http_client(service.clone()).build(), service)
}

pub(crate) fn runner(answers: impl IntoIterator<Item = Answer>) -> (StepFunctionsSagaRunner, StaticReplayClient) {
    let (config, service) = service(answers);
    let sagas = SagaArns {
        order: ORDER_SAGA.to_owned(),
        cancel: CANCEL_SAGA.to_owned(),
    };
    (StepFunctionsSagaRunner::new(&config, sagas), service)
}

pub(crate) fn import_runner(
    answers: impl IntoIterator<Item = Answer>,
) -> (StepFunctionsImportRunner, StaticReplayClient) {
    let (config, service) = service(answers);
    (StepFunctionsImportRunner::new(&config, CATALOG_IMPORT), service)
}

pub(crate) fn sent(service: &StaticReplayClient) -> Vec<Sent> {
    service.actual_requests().map(read).collect()
}

fn read(request: &HttpRequest) -> Sent {
    let target = request.headers().get("x-amz-target").unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
    // JSON within a string, whose names have no order.
    if let Some(input) = body.get("input").and_then(Value::as_str) {
        body["input"] = serde_json::from_str(input).unwrap();
    }
    (operation, body)
}
