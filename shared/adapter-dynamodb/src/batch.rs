//! Reads many items of a table by their keys.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::ports::PortFailure;

use crate::attributes::Item;
use crate::table::Table;

/// The most keys that DynamoDB takes in one call
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const KEYS_MAX: usize = 100;
/// How often DynamoDB is asked for the keys that it left out of its answers.
const UNPROCESSED_ROUNDS_MAX: u32 = 6;
/// The pause before the second round is a random part of this; each later round doubles it.
const UNPROCESSED_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, thiserror::Error)]
#[error("DynamoDB left keys out of its answer in {UNPROCESSED_ROUNDS_MAX} rounds")]
struct LeftUnprocessed;

/// How the items are read.
pub(crate) struct Read {
    /// Costs twice as much, and shows what was written just now.
    pub(crate) consistent: bool,
    pub(crate) projection: Option<&'static str>,
}

/// The items with these keys, in no order; a key without an item is left out. No key may be there twice. Keys beyond
/// [`KEYS_MAX`] are read by further calls.
pub(crate) async fn get(
    action: &'static str,
    table: &Table,
    keys: impl IntoIterator<Item = AttributeValue>,
    read: &Read,
) -> Result<Vec<Item>, PortFailure> {
    let keys: Vec<Item> = keys
        .into_iter()
        .map(|key| Item::from([("pk".to_owned(), key)]))
        .collect();
    let mut items = Vec::with_capacity(keys.len());
    for keys in keys.chunks(KEYS_MAX) {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.to_vec()))
            .set_projection_expression(read.projection.map(str::to_owned))
            .consistent_read(read.consistent)
            .build()
            .map_err(|fault| PortFailure::permanent(action, fault))?;
        let wanted = HashMap::from([(table.name.clone(), wanted)]);
        items.extend(get_all(action, table, wanted).await?);
    }
    Ok(items)
}

async fn get_all(
    action: &'static str,
    table: &Table,
    mut wanted: HashMap<String, KeysAndAttributes>,
) -> Result<Vec<Item>, PortFailure> {
    let mut items = Vec::new();
    for round in 0..UNPROCESSED_ROUNDS_MAX {
        if round > 0 {
            let pause = UNPROCESSED_PAUSE * 2_u32.pow(round - 1);
            tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
        }
        let answer = table
            .client
            .batch_get_item()
            .set_request_items(Some(wanted))
            .send()
            .await
            .map_err(|error| aws_errors::failure(action, error))?;
        items.extend(answer.responses.unwrap_or_default().into_values().flatten());
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(items);
        }
    }
    Err(PortFailure::transient(action, LeftUnprocessed))
}
