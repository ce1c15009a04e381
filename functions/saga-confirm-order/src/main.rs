//! Wires `saga-confirm-order` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::confirm_order::ConfirmOrder;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, confirm| async move {
        saga_confirm_order::handle(invocation, &confirm).await
    })
}

fn wire(environment: &ProcessEnvironment) -> ConfirmOrder {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(orders.warm_up());
    let products = orders.sibling(environment.required("PRODUCTS_TABLE"));
    ConfirmOrder {
        book: Arc::new(DynamoOrderBook { table: orders }),
        stock: Arc::new(DynamoStockLedger { table: products }),
        clock: Arc::new(SystemClock),
    }
}
