//! Wires `saga-await-payment` for AWS: its adapters, table and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::payment_results::DynamoPaymentResults;
use adapter_dynamodb::table::Table;
use adapter_stepfunctions::callbacks::StepFunctionsSagaCallbacks;
use adapter_system::clock::SystemClock;
use domain::fulfilment::await_payment::AwaitPayment;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, wait| async move {
        saga_await_payment::handle(invocation, &wait).await
    })
}

fn wire(environment: &ProcessEnvironment) -> AwaitPayment {
    let config = sdk_config(environment);
    let payments = Table::new(&config, environment.required("PAYMENTS_TABLE"));
    environment.warm_up(payments.warm_up());
    AwaitPayment {
        results: Arc::new(DynamoPaymentResults { table: payments }),
        callbacks: Arc::new(StepFunctionsSagaCallbacks::new(&config)),
        clock: Arc::new(SystemClock),
    }
}
