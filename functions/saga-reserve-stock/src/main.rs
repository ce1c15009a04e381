//! Wires `saga-reserve-stock` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::reserve_stock::ReserveStock;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, reserve| async move {
        saga_reserve_stock::handle(invocation, &reserve).await
    })
}

fn wire(environment: &ProcessEnvironment) -> ReserveStock {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(orders.warm_up());
    let products = orders.sibling(environment.required("PRODUCTS_TABLE"));
    ReserveStock {
        book: Arc::new(DynamoOrderBook { table: orders }),
        stock: Arc::new(DynamoStockLedger { table: products }),
        clock: Arc::new(SystemClock),
    }
}
