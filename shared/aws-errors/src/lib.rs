//! Which failure of an AWS call passes by itself, and which certainly had no effect?
//!
//! The SDK has tried again already, a bounded number of times, before an adapter sees a failure. What is left to say is
//! whether somebody with more time (a queue, a state machine, the caller of the API) should try once more.

use std::error::Error;
use std::iter::successors;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::ports::PortFailure;

/// Codes that come with a status 4xx and pass all the same, beyond those that the SDK knows.
///
/// `TransactionCanceledException` is not among them: whether it passes is told by its reasons, which the adapter reads.
const ALSO_PASSING: [&str; 2] = [
    // Step Functions: as many executions are running as may
    // (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
    "ExecutionLimitExceeded",
    // DynamoDB: a transaction holds the item
    // (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).
    "TransactionConflictException",
];

/// The failure of `action` as the domain knows it, with the SDK's error below.
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

/// Whether the same call may succeed later. When in doubt, it may: only a service that understood the request and
/// refused it, or a request that could not even be built, is final.
pub fn is_transient<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(refused) => {
            let status = refused.raw().status();
            // An error below a success: S3 had begun to answer when it failed
            // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
            let begun_well = status.is_success();
            refused.err().code().is_some_and(passes) || status.is_server_error() || status.as_u16() == 429 || begun_well
        }
        // Timeouts, connections that broke, answers that could not be read, and whatever the SDK adds to them.
        _ => true,
    }
}

/// Whether the service refused the call because too many came: that is for the caller to slow down for.
pub fn is_throttled<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ServiceError(refused) => {
            refused.err().code().is_some_and(throttles) || refused.raw().status().as_u16() == 429
        }
        _ => false,
    }
}

/// Whether an error of this name asks to slow down.
pub fn throttles(code: &str) -> bool {
    THROTTLING_ERRORS.contains(&code)
}

fn passes(code: &str) -> bool {
    [THROTTLING_ERRORS, TRANSIENT_ERRORS, &ALSO_PASSING]
        .iter()
        .any(|codes| codes.contains(&code))
}

/// Whether the call certainly had no effect: it was never sent, or the service refused it. What is neither may have
/// happened, its answer lost.
///
/// Speaks of the last attempt: an earlier one may have had an effect, so this is of use only to who repeats nothing.
pub fn certainly_without_effect<E>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::ServiceError(refused) => refused.raw().status().is_client_error(),
        SdkError::DispatchFailure(failure) => failure.as_connector_error().is_some_and(never_connected),
        // A timeout among them: the SDK's own clocks do not tell connecting from waiting for an answer.
        _ => false,
    }
}

/// Whether looking up the host, connecting or the TLS handshake failed or took too long.
///
/// The SDK's connector notes this nowhere that can be read. Its `is_user` does not help: hyper counts a connection whose
/// task is gone among the user's errors, and that may be behind the last byte of the request.
fn never_connected(error: &ConnectorError) -> bool {
    let chain = successors(error.source(), |error| (*error).source());
    chain
        .filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}

#[cfg(test)]
mod tests;
