//! Event sources: durable outboxes, queues, the bus and the order stream, which invoke functions at least once.
//!
//! Every event is stored in the database before anything acknowledges it, so a process that dies at any point finds it
//! again. Duplicates are possible, losses are not.

mod asynchronous;
pub(crate) mod bus;
pub(crate) mod clock;
pub(crate) mod dead_letters;
pub(crate) mod failed_uploads;
mod objects;
mod order_stream;
mod order_stream_shapes;
mod plane;
mod pollers;
pub(crate) mod queue;
mod schedules;
mod sources;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::ports::PortFailure;
use tokio::task::JoinSet;

pub(crate) use self::plane::{EventPlane, record_redriven};
use self::sources::{QueueSource, StreamSource};
use crate::template::EventSource;

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
                tasks.spawn(pollers::queue(Arc::clone(self), QueueSource { function, spec }));
            }
            EventSource::Stream(spec) => {
                tasks.spawn(order_stream::run(Arc::clone(self), StreamSource { function, spec }));
            }
            EventSource::Schedule { name, every } => {
                tasks.spawn(schedules::run(Arc::clone(self), function, name, every));
            }
        }
    }
}
