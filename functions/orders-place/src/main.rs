//! Wires `orders-place` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::catalog::DynamoPriceList;
use adapter_dynamodb::idempotency::DynamoIdempotencyStore;
use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use adapter_system::ids::UuidV7Ids;
use domain::orders::place::PlaceOrder;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use telemetry::calls::current_header;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, place| async move {
        orders_place::handle(invocation, &place).await
    })
}

fn wire(environment: &ProcessEnvironment) -> PlaceOrder {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(orders.warm_up());
    let orders = orders.with_trace_header(current_header);
    let products = orders.sibling(environment.required("PRODUCTS_TABLE"));
    PlaceOrder {
        orders: Arc::new(DynamoOrderRepository { table: orders.clone() }),
        idempotency: Arc::new(DynamoIdempotencyStore { table: orders }),
        prices: Arc::new(DynamoPriceList { table: products }),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7Ids),
    }
}
