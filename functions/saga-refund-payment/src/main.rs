//! Wires `saga-refund-payment` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::gateway::{ANSWER_TIMEOUT, DynamoSandboxGateway};
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::refund_payment::RefundPayment;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, refund| async move {
        saga_refund_payment::handle(invocation, &refund).await
    })
}

fn wire(environment: &ProcessEnvironment) -> RefundPayment {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(orders.warm_up());
    let payments = orders.sibling(environment.required("PAYMENTS_TABLE"));
    let gateway = orders.sibling(environment.required("SANDBOX_GATEWAY_TABLE"));
    RefundPayment {
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
