//! Returns throttled updates to a caller that controls its own rate.
//!
//! The SDK retries a throttled call as it retries a lost one. Its caller would keep its speed and only see slower
//! answers.

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// Makes the SDK return a throttled update instead of retrying it.
#[derive(Debug)]
pub(crate) struct ReturnThrottling;

impl ClassifyRetry for ReturnThrottling {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let refused = error
            .as_operation_error()
            .and_then(|error| error.downcast_ref::<UpdateItemError>());
        let code = refused.and_then(ProvideErrorMetadata::code);
        if code.is_some_and(aws_errors::is_throttling_code) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "return throttling"
    }
}
