//! How is a transaction written where many are at the same items, and what does a cancelled one say?

use std::time::Duration;

use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use domain::ports::PortFailure;

use crate::attributes::Item;
use crate::contention;
use crate::table::Table;

/// Everybody wants the same few products of a pop-up shop: that a transaction meets another is no sign of trouble, and
/// more attempts than usual are worth their time.
const ATTEMPTS_MAX: u32 = 8;
/// The SDK waits a random part of this before a second attempt, and of twice as much before each next one.
const BACKOFF: Duration = Duration::from_millis(50);
/// With it, eight attempts end within four seconds of pauses, which every function has.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// A transaction of which nothing was written, for a condition or for company at its items.
pub(crate) struct Canceled {
    /// In the order of its parts.
    reasons: Vec<CancellationReason>,
    /// What it is to somebody whom no reason satisfies. Transient where not all conditions may have been looked at.
    pub(crate) failure: PortFailure,
}

/// Writes all parts or none, and answers `None` once they are written.
///
/// The SDK gives the transaction a token, and repeats it under the same one: for ten minutes DynamoDB answers such a
/// repetition with success
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
pub(crate) async fn write(
    action: &'static str,
    table: &Table,
    parts: Vec<TransactWriteItem>,
) -> Result<Option<Canceled>, PortFailure> {
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS_MAX)
        .with_initial_backoff(BACKOFF)
        .with_max_backoff(BACKOFF_MAX);
    // The SDK's quota is there for services in trouble. A crowd at one product would use it up for every call there is.
    let quota = RetryPartition::custom("transactions").token_bucket(TokenBucket::unlimited());
    let patience = Config::builder().retry_config(retries).retry_partition(quota.build());
    let written = table
        .client
        .transact_write_items()
        .set_transact_items(Some(parts))
        .customize()
        .config_override(patience)
        .send()
        .await;
    let Err(error) = written else {
        return Ok(None);
    };
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
        return Err(aws_errors::failure(action, error));
    };
    Ok(Some(Canceled {
        reasons: canceled.cancellation_reasons().to_vec(),
        failure: PortFailure {
            action,
            transient: contention::may_pass(canceled),
            source: Some(error.into()),
        },
    }))
}

impl Canceled {
    /// Whether the condition of this part failed.
    pub(crate) fn is_for(&self, part: usize) -> bool {
        let reason = self.reasons.get(part);
        reason.is_some_and(|reason| reason.code() == Some("ConditionalCheckFailed"))
    }

    /// The item over which the condition of this part failed, where the part asks for it and there was one.
    pub(crate) fn found(&self, part: usize) -> Option<&Item> {
        self.reasons.get(part)?.item()
    }
}
