//! Wires `orders-get` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use domain::orders::get::GetOrder;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, get| async move {
        orders_get::handle(invocation, &get).await
    })
}

fn wire(environment: &ProcessEnvironment) -> GetOrder {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    GetOrder {
        orders: Arc::new(DynamoOrderRepository { table }),
    }
}
