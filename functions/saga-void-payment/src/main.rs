//! Wires `saga-void-payment` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::gateway::{ANSWER_TIMEOUT, DynamoSandboxGateway};
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::void_payment::VoidPayment;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, void| async move {
        saga_void_payment::handle(invocation, &void).await
    })
}

fn wire(environment: &ProcessEnvironment) -> VoidPayment {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(orders.warm_up());
    let payments = orders.sibling(environment.required("PAYMENTS_TABLE"));
    let gateway = orders.sibling(environment.required("SANDBOX_GATEWAY_TABLE"));
    VoidPayment {
        book: Arc::new(DynamoOrderBook { table: orders }),
        gateway: Arc::new(DynamoSandboxGateway {
            table: gateway,
            clock: Arc::new(SystemClock),
            answer_timeout: ANSWER_TIMEOUT,
        }),
        records: Arc::new(DynamoPaymentRecords { table: payments }),
        clock: Arc::new(SystemClock),
    }
}
