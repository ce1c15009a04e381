//! Wires `orders-events` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use domain::orders::get_history::GetOrderHistory;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, get| async move {
        orders_events::handle(invocation, &get).await
    })
}

fn wire(environment: &ProcessEnvironment) -> GetOrderHistory {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    GetOrderHistory {
        orders: Arc::new(DynamoOrderRepository { table }),
    }
}
