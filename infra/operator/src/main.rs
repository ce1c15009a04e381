//! Lists the parked orders of a deployed shop and redrives one, for `cargo xtask parked`.
//!
//! Answers JSON, the same as the local host's `/dev/parked`. Region, credentials and endpoint come from the variables that
//! every AWS tool reads; the tables and state machines are the stack's outputs.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::payments::DynamoPaymentRecords;
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

/// Answers one question about a deployed shop, as JSON
#[derive(Debug, Parser)]
enum Command {
    /// The parked orders
    List,
    /// Resume an order's execution where it stopped
    Redrive { order_id: String },
}

struct Operator {
    list: ListParked,
    redrive: RedriveOrder,
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::List => answer(None),
        Command::Redrive { order_id } => answer(Some(&order_id)),
    };
    match outcome {
        Ok(answer) => {
            write_line(io::stdout(), &answer.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            write_line(io::stderr(), &error_chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn answer(redrive: Option<&str>) -> Result<Value, Box<dyn Error + Send + Sync>> {
    let operator = lambda::config::from_process(wire)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some(id) = redrive else {
            let list = operator.list.run().await?;
            return Ok(json!(ParkedListJson::from(&list)));
        };
        let id = OrderId::parse(id)?;
        operator.redrive.run(&id).await?;
        Ok(json!({ "order_id": id.as_str(), "outcome": "REDRIVEN" }))
    })
}

fn wire(environment: &Environment<fn(&str) -> Option<String>>) -> Operator {
    let config = sdk_config(environment);
    let orders = Table::new(&config, environment.required("ORDERS_TABLE"));
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

/// Ignores a closed stream: the exit code still shows the outcome.
fn write_line(mut stream: impl io::Write, text: &str) {
    writeln!(stream, "{text}").unwrap_or_default();
}
