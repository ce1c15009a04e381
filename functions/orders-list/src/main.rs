//! Wires `orders-list` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use domain::orders::list::ListOrders;
use entry::cursor::CursorSigner;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, parts| async move {
        orders_list::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<(ListOrders, CursorSigner)> {
    let table = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    let list = ListOrders {
        orders: Arc::new(DynamoOrderRepository { table }),
    };
    let cursors = environment.parsed("PAGE_TOKEN_KEY", |key| CursorSigner::new(key.as_bytes()))?;
    Some((list, cursors))
}
