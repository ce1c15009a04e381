//! Makes the SDK retry writes that met a transaction at the same item. By default it does not.

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;

/// The error of a single write to an item that a transaction is using.
const CONFLICT: &str = "TransactionConflictException";
/// Reasons of a cancelled transaction that a retry can overcome.
const PASSING_REASONS: [&str; 3] = [
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "TransactionConflict",
];

/// Makes the SDK retry a write that met a transaction, with the attempts, pauses and timeouts of any other retry. By
/// default it does not: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>. A
/// cancelled transaction keeps its token; only a successful one uses it up.
#[derive(Debug)]
pub(crate) struct RetryContention;

impl ClassifyRetry for RetryContention {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let Some(error) = error.as_operation_error() else {
            return RetryAction::NoActionIndicated;
        };
        let canceled = error
            .downcast_ref::<TransactWriteItemsError>()
            .and_then(|error| match error {
                TransactWriteItemsError::TransactionCanceledException(canceled) => Some(canceled),
                _ => None,
            });
        let codes = [
            error
                .downcast_ref::<UpdateItemError>()
                .and_then(ProvideErrorMetadata::code),
            error
                .downcast_ref::<PutItemError>()
                .and_then(ProvideErrorMetadata::code),
            error
                .downcast_ref::<DeleteItemError>()
                .and_then(ProvideErrorMetadata::code),
        ];
        let passes = codes.contains(&Some(CONFLICT)) || canceled.is_some_and(may_pass);
        if passes {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "contention for an item"
    }
}

/// Whether the same transaction may succeed later. If a condition failed as well, a retry fails again, which does no
/// harm.
pub(crate) fn may_pass(canceled: &TransactionCanceledException) -> bool {
    let mut codes = canceled
        .cancellation_reasons()
        .iter()
        .filter_map(|reason| reason.code());
    codes.any(|code| PASSING_REASONS.contains(&code))
}
