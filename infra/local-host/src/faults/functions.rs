//! Delivers events twice or late, and loses answers of functions, between all callers and the invoker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use serde_json::Value;

use super::Faults;
use super::rates::REORDER_HOLD;
use crate::functions::{Functions, InvokeFailure, Source};

/// What a caller of Lambda sees when the connection breaks before the answer.
const ANSWER_LOST: &str = "Lambda.SdkClientException";

/// The functions, with the faults that are switched on.
pub(crate) struct FaultyFunctions {
    pub(crate) functions: Arc<dyn Functions>,
    pub(crate) faults: Faults,
    /// Events that could have been held back.
    pub(crate) delivered: AtomicU64,
}

impl FaultyFunctions {
    async fn reorder(&self, event: &mut Value, source: Source) {
        let may_change = matches!(source, Source::Queue | Source::Event);
        if !may_change || !self.faults.reorders_events() {
            return;
        }
        if let Some(Value::Array(records)) = event.get_mut("Records").filter(|_| source == Source::Queue) {
            records.reverse();
        }
        if self.delivered.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            tokio::time::sleep(REORDER_HOLD).await;
        }
    }
}

#[async_trait]
impl Functions for FaultyFunctions {
    fn refuses(&self, source: Source) -> bool {
        self.functions.refuses(source)
    }

    async fn invoke(&self, logical_id: &str, mut event: Value, source: Source) -> Result<Value, InvokeFailure> {
        self.reorder(&mut event, source).await;
        let is_event = matches!(source, Source::Queue | Source::Stream | Source::Event);
        if is_event && self.faults.duplicates_events() {
            // The answer of the second delivery counts. The first one's only shows in the log.
            let first = self.functions.invoke(logical_id, event.clone(), source).await;
            if let Err(failure) = first {
                tracing::debug!(
                    function = logical_id,
                    error = failure.error_type,
                    "the first of two deliveries failed"
                );
            }
        }
        let answer = self.functions.invoke(logical_id, event, source).await?;
        // A read has no effect that an answer could be lost after.
        if source != Source::HttpRead && self.faults.loses_function_answer() {
            return Err(InvokeFailure {
                error_type: ANSWER_LOST.to_owned(),
                message: "the switch lose_answers lost the answer of the function".to_owned(),
            });
        }
        Ok(answer)
    }
}
