//! Wires `saga-release-stock` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use domain::fulfilment::release_stock::ReleaseStock;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, release| async move {
        saga_release_stock::handle(invocation, &release).await
    })
}

fn wire(environment: &ProcessEnvironment) -> ReleaseStock {
    let table = Table::new(&sdk_config(environment), environment.required("PRODUCTS_TABLE"));
    environment.warm_up(table.warm_up());
    ReleaseStock {
        stock: Arc::new(DynamoStockLedger { table }),
        clock: Arc::new(SystemClock),
    }
}
