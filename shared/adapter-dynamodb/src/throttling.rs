//! How does a writer that slows down by itself hear at once that it should?
//!
//! The SDK repeats a throttled call as it repeats a lost one, so its caller would go on at full speed and see nothing but
//! answers that take longer.

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// Has the SDK hand over a throttled update instead of repeating it.
#[derive(Debug)]
pub(crate) struct TellThrottling;

impl ClassifyRetry for TellThrottling {
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
        "throttling is told"
    }
}
