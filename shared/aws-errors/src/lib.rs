//! Classifies failed AWS calls: can a retry help, was the call throttled, did it certainly have no effect?
//!
//! The SDK has already retried a bounded number of times when an adapter gets a failure. These functions answer whether
//! a caller with more time (a queue, a state machine, a client of the API) should retry once more.
#![warn(missing_docs)]

use std::error::Error;
use std::iter::successors;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::ports::PortFailure;

/// Codes with a status 4xx that are worth a retry and missing in the SDK's lists.
///
/// `TransactionCanceledException` is not one of them: its reasons decide, and the adapter reads those.
const ALSO_TRANSIENT: [&str; 2] = [
    // Step Functions: the limit of running executions is reached
    // (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
    "ExecutionLimitExceeded",
    // DynamoDB: a transaction holds the item
    // (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).
    "TransactionConflictException",
];

/// The domain's failure for `action`, with the SDK's error as its source.
pub fn failure<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> PortFailure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    PortFailure {
        action,
        transient: is_transient(&error),
        source: Some(error.into()),
    }
}

/// Whether a retry of the same call can succeed. When in doubt, the answer is yes: only a request that the service
/// understood and refused, or one that could not be built, is final.
pub fn is_transient<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(refused) => {
            let status = refused.raw().status();
            // An error with a success status: S3 had already begun its answer when the operation failed
            // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
            let has_success_status = status.is_success();
            refused.err().code().is_some_and(is_transient_code)
                || status.is_server_error()
                || status.as_u16() == 429
                || has_success_status
        }
        // Timeouts, broken connections, unreadable answers, and variants that the SDK may add.
        _ => true,
    }
}

/// Whether the service refused the call because of too many calls, so that the caller should slow down.
pub fn is_throttled<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ServiceError(refused) => {
            refused.err().code().is_some_and(is_throttling_code) || refused.raw().status().as_u16() == 429
        }
        _ => false,
    }
}

/// Whether this error code means that the service throttles.
pub fn is_throttling_code(code: &str) -> bool {
    THROTTLING_ERRORS.contains(&code)
}

fn is_transient_code(code: &str) -> bool {
    [THROTTLING_ERRORS, TRANSIENT_ERRORS, &ALSO_TRANSIENT]
        .iter()
        .any(|codes| codes.contains(&code))
}

/// Whether the call certainly had no effect: it was never sent, or the service refused it. In all other cases the call
/// may have succeeded and its answer got lost.
///
/// The result covers the last attempt only. Use it for clients that do not retry: an earlier attempt may have had an
/// effect.
pub fn certainly_without_effect<E>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::ServiceError(refused) => refused.raw().status().is_client_error(),
        SdkError::DispatchFailure(failure) => failure.as_connector_error().is_some_and(never_connected),
        // Includes timeouts: the SDK's timeout errors do not say whether the connection was already established.
        _ => false,
    }
}

/// Whether looking up the host, connecting or the TLS handshake failed or took too long.
///
/// The SDK's connector error does not expose this. Its `is_user` does not help: hyper also reports a user error when
/// the connection's task is gone, which can happen after the last byte of the request was sent.
fn never_connected(error: &ConnectorError) -> bool {
    let chain = successors(error.source(), |error| (*error).source());
    chain
        .filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}

#[cfg(test)]
mod tests;
