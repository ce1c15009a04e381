//! Wires `saga-start` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_stepfunctions::sagas::{SagaArns, StepFunctionsSagaRunner};
use domain::fulfilment::start::StartFulfilment;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, start| async move {
        saga_start::handle(invocation, &start).await
    })
}

fn wire(environment: &ProcessEnvironment) -> StartFulfilment {
    let sagas = SagaArns {
        order: environment.required("ORDER_SAGA_ARN"),
        cancel: environment.required("ORDER_CANCEL_SAGA_ARN"),
    };
    StartFulfilment {
        runner: Arc::new(StepFunctionsSagaRunner::new(&sdk_config(environment), sagas)),
    }
}
