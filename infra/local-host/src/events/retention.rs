//! Deletes changes of orders that are older than DynamoDB keeps stream records: 24 hours
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>).

use std::sync::Arc;
use std::time::Duration;

use super::clock::now_ms;
use super::plane::EventPlane;

const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
const EVERY: Duration = Duration::from_hours(1);

pub(crate) async fn run(plane: Arc<EventPlane>) {
    loop {
        // Not at once: after a long pause the consumers come first.
        tokio::time::sleep(EVERY).await;
        let forgotten = plane
            .database
            .call("forget old order changes", |connection| {
                adapter_embedded::order_stream::forget_before(connection, now_ms() - KEPT_MS)
            })
            .await;
        if let Err(failure) = forgotten {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                "old order changes are still kept"
            );
        }
    }
}
