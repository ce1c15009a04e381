//! Removes what was kept long enough: changes of orders, journals of executions, and records of finished work.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::{Database, expiry, order_stream};

use crate::downtime::Downtimes;
use crate::events::clock::now_ms;
use crate::workflows::redrive;

const EVERY: Duration = Duration::from_hours(1);
/// As long as DynamoDB keeps stream records
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>).
const ORDER_CHANGES_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// As long as Step Functions keeps a finished execution, and well beyond the 14 days in which it can be redriven
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
const RECORDS_KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1_000;

pub(crate) async fn run(database: Database, downtimes: Arc<Downtimes>) {
    loop {
        // Not at once: after a long pause the consumers come first.
        tokio::time::sleep(EVERY).await;
        let now_ms = now_ms();
        let changes_since_ms = downtimes.running_since_ms(now_ms, ORDER_CHANGES_KEPT_MS);
        let removed = database
            .call("remove what was kept long enough", move |connection| {
                order_stream::forget_before(connection, changes_since_ms)?;
                redrive::remove_expired_journals(connection, now_ms)?;
                expiry::remove_before(connection, now_ms - RECORDS_KEPT_MS)
            })
            .await;
        if let Err(failure) = removed {
            let error: &dyn std::error::Error = &failure;
            tracing::error!(error, "old records cannot be removed");
        }
    }
}
