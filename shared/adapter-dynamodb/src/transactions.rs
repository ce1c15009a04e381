//! Writes transactions to items that others write as well, and reads why one was cancelled.

use std::time::Duration;

use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use domain::ports::PortFailure;

use crate::attributes::Item;
use crate::contention;
use crate::table::Table;

/// Many orders want the same few products of a pop-up shop. That one transaction meets another is normal there, so more
/// attempts than usual are worth their time.
const ATTEMPTS_MAX: u32 = 8;
/// The SDK pauses for a random part of this before the second attempt, and doubles it before each later one.
const BACKOFF: Duration = Duration::from_millis(50);
/// With this limit, eight attempts pause for at most four seconds in total, which fits every function's timeout.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// A transaction of which nothing was written, because of a condition or a concurrent transaction.
pub(crate) struct Canceled {
    /// In the order of its parts.
    reasons: Vec<CancellationReason>,
    /// The failure for a caller that finds no reason of its own. Transient if some conditions may not have been
    /// evaluated.
    pub(crate) failure: PortFailure,
}

/// Writes all parts or none, and returns `None` once they are written.
///
/// The SDK gives the transaction a token, and retries it under the same one: for ten minutes DynamoDB answers such a
/// retry with success
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
    // The SDK's retry quota protects a service that is in trouble. Contention for one product would use it up for all
    // other calls.
    let quota = RetryPartition::custom("transactions").token_bucket(TokenBucket::unlimited());
    let config = Config::builder().retry_config(retries).retry_partition(quota.build());
    let written = table
        .client
        .transact_write_items()
        .set_transact_items(Some(parts))
        .customize()
        .config_override(config)
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

    /// The item over which the condition of this part failed, if the part asks for it and there was one.
    pub(crate) fn found(&self, part: usize) -> Option<&Item> {
        self.reasons.get(part)?.item()
    }
}
