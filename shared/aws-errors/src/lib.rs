//! Which failure of an AWS call passes by itself, and which does not?
//!
//! The SDK has tried again already, a bounded number of times, before an adapter sees a failure. What is left to say is
//! whether somebody with more time (a queue, a state machine, the caller of the API) should try once more.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::ports::PortFailure;

/// Codes with which services say "later", whatever the status they come with.
const PASSING: [&str; 12] = [
    "InternalServerError",
    "InternalServiceError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
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
            let passing = refused.err().code().is_some_and(|code| PASSING.contains(&code));
            passing || status.is_server_error() || status.as_u16() == 429
        }
        // Timeouts, connections that broke, answers that could not be read, and whatever the SDK adds to them.
        _ => true,
    }
}

/// Whether the call certainly had no effect: it was never sent, or the service refused it. What is neither may have
/// happened, its answer lost.
pub fn certainly_without_effect<E>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::ServiceError(refused) => !refused.raw().status().is_server_error(),
        SdkError::DispatchFailure(failure) => failure.as_connector_error().is_some_and(|error| error.is_user()),
        _ => false,
    }
}
