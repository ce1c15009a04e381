//! Wires `saga-reconcile` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::table::Table;
use adapter_stepfunctions::sagas::StepFunctionsSagaRunner;
use adapter_system::clock::SystemClock;
use adapter_system::pause::SystemPause;
use domain::fulfilment::reconcile::ReconcileOrders;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use saga_reconcile::SagaArns;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, parts| async move {
        saga_reconcile::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> (ReconcileOrders, SagaArns) {
    let config = sdk_config(environment);
    // A malformed step ends the start with the other faults; the default is never used then.
    let sharded_indexes = environment
        .parsed("SHARDED_INDEXES", ShardedIndexes::parse)
        .unwrap_or_default();
    let table = Table::new(&config, environment.required("ORDERS_TABLE")).with_sharded_indexes(sharded_indexes);
    environment.warm_up(table.warm_up());
    let sagas = SagaArns {
        order: environment.required("ORDER_SAGA_ARN"),
        cancel: environment.required("ORDER_CANCEL_SAGA_ARN"),
    };
    let runner_sagas = adapter_stepfunctions::sagas::SagaArns {
        order: sagas.order.clone(),
        cancel: sagas.cancel.clone(),
    };
    let reconcile = ReconcileOrders {
        book: Arc::new(DynamoOrderBook { table }),
        runner: Arc::new(StepFunctionsSagaRunner::new(&config, runner_sagas)),
        clock: Arc::new(SystemClock),
        pause: Arc::new(SystemPause),
    };
    (reconcile, sagas)
}
