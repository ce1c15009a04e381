//! A scripted Step Functions service, for answers that a local cloud does not give.

use adapter_stepfunctions::callbacks::StepFunctionsSagaCallbacks;
use adapter_stepfunctions::imports::StepFunctionsImportRunner;
use adapter_stepfunctions::sagas::{SagaArns, StepFunctionsSagaRunner};
use recorded_aws::{JsonRequest, Recorded, response};
use serde_json::{Value, json};

pub(crate) const ORDER_SAGA: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-order";
/// ARNs of another partition, which have another prefix.
pub(crate) const CANCEL_SAGA: &str = "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:popshop-order-cancel";

pub(crate) const CATALOG_IMPORT: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-catalog-import";

/// A status and a body.
pub(crate) type Answer = (u16, Value);

type Service = Recorded<JsonRequest>;

/// A request: its operation, and its body with the parsed input of the execution.
pub(crate) type Sent = (String, Value);

pub(crate) fn refused(code: &str) -> Answer {
    (400, json!({ "__type": code, "message": "no" }))
}

pub(crate) fn throttled() -> Answer {
    refused("ThrottlingException")
}

/// The answer got lost, so the effect of the request is unknown.
pub(crate) fn lost() -> Answer {
    (500, json!({}))
}

pub(crate) fn started() -> Answer {
    (
        200,
        json!({ "executionArn": "arn:of-the-execution", "startDate": 1_700_000_000 }),
    )
}

/// A service that gives these answers in order. Pass one extra answer to detect an extra request.
fn service(answers: impl IntoIterator<Item = Answer>) -> Service {
    let answers = answers.into_iter();
    Service::in_order(answers.map(|(status, body)| response(status, body.to_string())))
}

pub(crate) fn runner(answers: impl IntoIterator<Item = Answer>) -> (StepFunctionsSagaRunner, Service) {
    let service = service(answers);
    let sagas = SagaArns {
        order: ORDER_SAGA.to_owned(),
        cancel: CANCEL_SAGA.to_owned(),
    };
    (StepFunctionsSagaRunner::new(&service.config, sagas), service)
}

pub(crate) fn callbacks(answers: impl IntoIterator<Item = Answer>) -> (StepFunctionsSagaCallbacks, Service) {
    let service = service(answers);
    (StepFunctionsSagaCallbacks::new(&service.config), service)
}

pub(crate) fn import_runner(answers: impl IntoIterator<Item = Answer>) -> (StepFunctionsImportRunner, Service) {
    let service = service(answers);
    (StepFunctionsImportRunner::new(&service.config, CATALOG_IMPORT), service)
}

pub(crate) fn sent(service: &Service) -> Vec<Sent> {
    service.sent().into_iter().map(read).collect()
}

fn read(request: JsonRequest) -> Sent {
    let JsonRequest { operation, mut body } = request;
    // JSON inside a string; the order of its members does not matter.
    if let Some(input) = body.get("input").and_then(Value::as_str) {
        body["input"] = serde_json::from_str(input).unwrap();
    }
    (operation, body)
}
