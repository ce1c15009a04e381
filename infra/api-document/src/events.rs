//! JSON Schemas of what travels between functions: saga state, stream items, import jobs and status events.

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};
use wire::execution_status::ExecutionStatusChange;
use wire::import::{FinishInput, ImportInput, PlanInput, PlanOutcome, RangeInput};
use wire::order_item;
use wire::saga::{AwaitPaymentInput, NotifyInput, RefundOutcome, RejectInput, SagaInput, StepOutcome};

use crate::document::{Document, DocumentFault};
use crate::nullable::without_null;

const FOLDER: &str = "infra/schemas";

/// One file per event, named after what it is.
pub(crate) fn documents() -> Result<Vec<Document>, DocumentFault> {
    let schemas = [
        ("execution-status-change", read::<ExecutionStatusChange>()),
        ("import-finish-input", read::<FinishInput>()),
        ("import-input", written::<ImportInput>()),
        ("import-plan-input", read::<PlanInput>()),
        ("import-plan-output", written::<PlanOutcome>()),
        ("import-range-input", read::<RangeInput>()),
        ("order-stream-item", order_stream_item()),
        ("saga-await-payment-input", read::<AwaitPaymentInput>()),
        ("saga-input", read::<SagaInput>()),
        ("saga-notify-input", read::<NotifyInput>()),
        ("saga-refund-output", written::<RefundOutcome>()),
        ("saga-reject-input", read::<RejectInput>()),
        ("saga-step-output", written::<StepOutcome>()),
    ];
    let document = |(name, schema): (&str, Value)| {
        Ok(Document {
            path: format!("{FOLDER}/{name}.json"),
            text: format!("{}\n", serde_json::to_string_pretty(&schema)?),
        })
    };
    schemas.into_iter().map(document).collect()
}

/// What a function reads: a member that may be absent may also be `null`.
fn read<T: JsonSchema>() -> Value {
    generator(Contract::Deserialize).into_root_schema_for::<T>().to_value()
}

/// What a function writes.
fn written<T: JsonSchema>() -> Value {
    let mut schema = generator(Contract::Serialize).into_root_schema_for::<T>().to_value();
    without_null(&mut schema);
    schema
}

fn generator(contract: Contract) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.contract = contract;
    settings.into_generator()
}

/// The attributes of an order's item that readers of the stream rely on, in DynamoDB's JSON.
fn order_stream_item() -> Value {
    let text = json!({"type": "object", "properties": {"S": {"type": "string"}}, "required": ["S"]});
    let required = [
        order_item::KIND,
        order_item::ORDER_ID,
        order_item::STATUS,
        order_item::CORRELATION_ID,
    ];
    let optional = [
        order_item::CANCEL_CORRELATION_ID,
        order_item::TRACE_HEADER,
        order_item::CANCEL_TRACE_HEADER,
    ];
    let members = required
        .iter()
        .chain(&optional)
        .map(|name| ((*name).to_owned(), text.clone()));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OrderStreamItem",
        "description": "The new image of an order's item in the stream of the orders table. Other attributes belong to the \
            adapter that writes the item.",
        "type": "object",
        "properties": members.collect::<serde_json::Map<_, _>>(),
        "required": required,
    })
}
