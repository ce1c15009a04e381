//! Wires `saga-cancel-order` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::complete_cancel::CompleteCancel;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, complete| async move {
        saga_cancel_order::handle(invocation, &complete).await
    })
}

fn wire(environment: &ProcessEnvironment) -> CompleteCancel {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    CompleteCancel {
        book: Arc::new(DynamoOrderBook { table }),
        clock: Arc::new(SystemClock),
    }
}
