//! Wires `saga-reject-order` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::reject_order::RejectOrder;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, reject| async move {
        saga_reject_order::handle(invocation, &reject).await
    })
}

fn wire(environment: &ProcessEnvironment) -> RejectOrder {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    RejectOrder {
        book: Arc::new(DynamoOrderBook { table }),
        clock: Arc::new(SystemClock),
    }
}
