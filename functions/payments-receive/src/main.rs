//! Wires `payments-receive` for AWS: its adapters, table and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::payment_results::DynamoPaymentResults;
use adapter_dynamodb::table::Table;
use adapter_stepfunctions::callbacks::StepFunctionsSagaCallbacks;
use adapter_system::clock::SystemClock;
use domain::fulfilment::receive_payment_event::ReceivePaymentEvent;
use entry::webhook::WebhookKey;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, parts| async move {
        payments_receive::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<(ReceivePaymentEvent, WebhookKey)> {
    let config = sdk_config(environment);
    let payments = Table::new(&config, environment.required("PAYMENTS_TABLE"));
    environment.warm_up(payments.warm_up());
    let receive = ReceivePaymentEvent {
        results: Arc::new(DynamoPaymentResults { table: payments }),
        callbacks: Arc::new(StepFunctionsSagaCallbacks::new(&config)),
        clock: Arc::new(SystemClock),
    };
    let key = environment.parsed("PAGE_TOKEN_KEY", |secret| WebhookKey::derive(secret.as_bytes()))?;
    Some((receive, key))
}
