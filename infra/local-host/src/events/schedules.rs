//! Schedules of the template: each stores its event at start and then at its rate.
//!
//! At start as well: while the host was down nobody swept, and an order may have been waiting.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::clock::now_ms;
use super::plane::EventPlane;
use super::{asynchronous, bus};

pub(crate) async fn run(plane: Arc<EventPlane>, function: String, name: String, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now_ms = now_ms();
        let resource = format!("arn:aws:events:local:000000000000:rule/{function}{name}");
        let event = bus::envelope("aws.events", "Scheduled Event", &resource, &json!({}), now_ms);
        let function = function.clone();
        let accepted = plane
            .database
            .call("accept scheduled event", move |connection| {
                asynchronous::accept(connection, &function, &event, now_ms)
            })
            .await;
        if let Err(failure) = accepted {
            tracing::error!(error = ?failure, schedule = name, "scheduled event was not accepted");
        }
    }
}
