//! Reads the item over which the condition of a write failed.
//!
//! The SDK retries a write whose answer got lost. The retry finds what the first attempt wrote, so a failed condition
//! alone does not show who was first. The item does, and DynamoDB returns it with the failure
//! (`ReturnValuesOnConditionCheckFailure`). A later read would show a later item, and need another permission.

use std::error::Error;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use domain::ports::PortFailure;

use crate::attributes::Item;

/// An error of a write that may have a condition.
pub(crate) trait ConditionalWrite: ProvideErrorMetadata + Error + Send + Sync + 'static {
    fn failed_condition(&self) -> Option<&ConditionalCheckFailedException>;
}

/// The item as the write found it. `None` if there was none, or if the request did not ask for it. Any other failure is
/// returned as a failure.
pub(crate) fn found_instead<E: ConditionalWrite>(
    action: &'static str,
    error: SdkError<E, HttpResponse>,
) -> Result<Option<Item>, PortFailure> {
    match error.as_service_error().and_then(E::failed_condition) {
        Some(failed) => Ok(failed.item.clone()),
        None => Err(aws_errors::failure(action, error)),
    }
}

impl ConditionalWrite for UpdateItemError {
    fn failed_condition(&self) -> Option<&ConditionalCheckFailedException> {
        match self {
            Self::ConditionalCheckFailedException(failed) => Some(failed),
            _ => None,
        }
    }
}

impl ConditionalWrite for PutItemError {
    fn failed_condition(&self) -> Option<&ConditionalCheckFailedException> {
        match self {
            Self::ConditionalCheckFailedException(failed) => Some(failed),
            _ => None,
        }
    }
}

impl ConditionalWrite for DeleteItemError {
    fn failed_condition(&self) -> Option<&ConditionalCheckFailedException> {
        match self {
            Self::ConditionalCheckFailedException(failed) => Some(failed),
            _ => None,
        }
    }
}
