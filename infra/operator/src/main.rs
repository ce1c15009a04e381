//! The operator's commands for a deployed shop: list and redrive parked orders, and fill new indexes. `cargo xtask
//! parked` and `cargo xtask backfill` run it.
//!
//! Prints JSON; parked orders look the same as in the local host's `/dev/parked`. Region, credentials and endpoint come
//! from the variables that every AWS tool reads. The tables and state machines are the stack's outputs.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::backfill::{self, Backfilled};
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::table::Table;
use adapter_stepfunctions::sagas::{SagaArns, StepFunctionsSagaRunner};
use clap::Parser;
use domain::fulfilment::parked::{ListParked, RedriveOrder};
use domain::values::OrderId;
use lambda::config::Environment;
use lambda::sdk::sdk_config;
use serde_json::{Value, json};
use telemetry::error_chain::error_chain;
use wire::parked::ParkedListJson;

/// Runs one command on a deployed shop and prints its result as JSON
#[derive(Debug, Parser)]
enum Command {
    /// The parked orders
    List,
    /// Resume an order's execution where it stopped
    Redrive { order_id: String },
    /// Give the items of earlier releases the attributes of the sharded indexes
    Backfill,
}

type ProcessEnvironment = Environment<fn(&str) -> Option<String>>;
type Failure = Box<dyn Error + Send + Sync>;

struct Operator {
    list: ListParked,
    redrive: RedriveOrder,
}

struct Tables {
    orders: Table,
    products: Table,
}

fn main() -> ExitCode {
    let command = Command::parse();
    telemetry::log::init_to(None, |line| write_line(io::stderr(), line.trim_end()));
    match run(&command) {
        Ok(result) => {
            write_line(io::stdout(), &result.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            write_line(io::stderr(), &error_chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::List => {
                let list = lambda::config::from_process(operator)?.list.run().await?;
                Ok(json!(ParkedListJson::from(&list)))
            }
            Command::Redrive { order_id } => {
                let id = OrderId::parse(order_id)?;
                lambda::config::from_process(operator)?.redrive.run(&id).await?;
                Ok(json!({ "order_id": id.as_str(), "outcome": "REDRIVEN" }))
            }
            Command::Backfill => {
                let Tables { orders, products } = lambda::config::from_process(tables)?;
                let (orders, products) = (backfill::orders(&orders).await?, backfill::products(&products).await?);
                Ok(json!({ "orders": backfilled_json(orders), "products": backfilled_json(products) }))
            }
        }
    })
}

fn backfilled_json(backfilled: Backfilled) -> Value {
    let Backfilled { found, corrected } = backfilled;
    json!({ "found": found, "corrected": corrected })
}

fn operator(environment: &ProcessEnvironment) -> Operator {
    let config = sdk_config(environment);
    let added = ShardedIndexes::Added;
    let sharded_indexes = environment.parsed_or("SHARDED_INDEXES", added, ShardedIndexes::parse);
    let orders = Table::new(&config, environment.required("ORDERS_TABLE")).with_sharded_indexes(sharded_indexes);
    let payments = orders.sibling(environment.required("PAYMENTS_TABLE"));
    let sagas = SagaArns {
        order: environment.required("ORDER_SAGA_ARN"),
        cancel: environment.required("ORDER_CANCEL_SAGA_ARN"),
    };
    let parked = Arc::new(DynamoOrderBook { table: orders });
    Operator {
        list: ListParked {
            parked: parked.clone(),
            records: Arc::new(DynamoPaymentRecords { table: payments }),
        },
        redrive: RedriveOrder {
            parked,
            redriver: Arc::new(StepFunctionsSagaRunner::new(&config, sagas)),
        },
    }
}

fn tables(environment: &ProcessEnvironment) -> Tables {
    let orders = Table::new(&sdk_config(environment), environment.required("ORDERS_TABLE"));
    Tables {
        products: orders.sibling(environment.required("PRODUCTS_TABLE")),
        orders,
    }
}

/// Ignores a closed stream: the exit code still shows the result.
fn write_line(mut stream: impl io::Write, text: &str) {
    writeln!(stream, "{text}").unwrap_or_default();
}
