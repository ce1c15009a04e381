//! How do events travel? From durable outboxes through queues, the bus and the stream to functions, at least once.
//!
//! Everything here is at rest in the database before anybody is told that it happened, so a process that dies at any
//! point finds it again. Duplicates are possible, losses are not.

mod asynchronous;
pub(crate) mod bus;
pub(crate) mod clock;
mod objects;
mod order_stream;
mod order_stream_shapes;
mod pollers;
mod queue;
mod retention;
mod schedules;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::Database;
use domain::ports::PortFailure;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::JoinSet;

use crate::functions::Functions;
use crate::template::{Deployment, EventSource};

/// How long a loop sleeps when nobody wakes it: what became due by time alone is found that late.
const IDLE_POLL: Duration = Duration::from_millis(250);

/// The event sources of the template, connected to the functions.
pub(crate) struct EventPlane {
    pub(crate) database: Database,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) functions: Arc<dyn Functions>,
    /// Rung whenever there may be work: an object was put, a function returned, an execution ended.
    pub(crate) wake: Arc<Notify>,
}

impl EventPlane {
    /// Creates the tables, and puts back what was in flight when the process last ended.
    pub(crate) async fn prepare(&self) -> Result<(), PortFailure> {
        self.database.ensure_schema(queue::SCHEMA).await?;
        self.database.ensure_schema(asynchronous::SCHEMA).await?;
        self.database.ensure_schema(order_stream::SCHEMA).await?;
        self.database.ensure_schema(pollers::SCHEMA).await?;
        let deployment = Arc::clone(&self.deployment);
        self.database
            .call("recover events in flight", move |connection| {
                let now_ms = clock::now_ms();
                queue::show_everything_in_flight(connection, now_ms)?;
                asynchronous::make_everything_due(connection, now_ms)?;
                pollers::announce_notifications(connection, &deployment, now_ms)
            })
            .await
    }

    /// Starts one task per event source. They end when the set is dropped.
    pub(crate) fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(pollers::objects(Arc::clone(self)));
        tasks.spawn(pollers::asynchronous_invocations(Arc::clone(self)));
        tasks.spawn(retention::run(Arc::clone(self)));
        for function in self.deployment.functions.values() {
            for source in &function.sources {
                self.start_source(&mut tasks, &function.logical_id, source);
            }
        }
        tasks
    }

    fn start_source(self: &Arc<Self>, tasks: &mut JoinSet<()>, function: &str, source: &EventSource) {
        let function = function.to_owned();
        match source.clone() {
            // Requests come through the gateway, events from the bus as asynchronous invocations.
            EventSource::Http(_) | EventSource::EventBridge { .. } => {}
            EventSource::Queue(spec) => {
                tasks.spawn(pollers::queue(
                    Arc::clone(self),
                    pollers::QueueSource { function, spec },
                ));
            }
            EventSource::Stream(spec) => {
                tasks.spawn(order_stream::run(
                    Arc::clone(self),
                    order_stream::Source { function, spec },
                ));
            }
            EventSource::Schedule { name, every } => {
                tasks.spawn(schedules::run(Arc::clone(self), function, name, every));
            }
        }
    }

    /// Messages in each queue of the template, visible or in flight.
    pub(crate) async fn queue_depths(&self) -> Result<Vec<(String, u64)>, PortFailure> {
        let names: Vec<String> = self.deployment.queues.keys().cloned().collect();
        self.database
            .call("count messages", move |connection| {
                let counted = names.into_iter().map(|name| {
                    let depth = queue::depth(connection, &name)?;
                    Ok((name, depth))
                });
                counted.collect()
            })
            .await
    }

    /// Returns when it rang, or after a while. Take `rung` from [`EventPlane::wake`] before looking for work: what rings
    /// between looking and waiting is then not missed.
    pub(crate) async fn wait_for(&self, rung: Notified<'_>) {
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(IDLE_POLL) => {}
        }
    }
}
