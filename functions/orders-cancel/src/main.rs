//! Wires `orders-cancel` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::orders::cancel::CancelOrder;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use telemetry::calls::current_header;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, cancel| async move {
        orders_cancel::handle(invocation, &cancel).await
    })
}

fn wire(environment: &ProcessEnvironment) -> CancelOrder {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    let table = table.with_trace_header(current_header);
    CancelOrder {
        orders: Arc::new(DynamoOrderRepository { table }),
        clock: Arc::new(SystemClock),
    }
}
