//! The parts that all loops of the event sources share.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::Database;
use domain::ports::PortFailure;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::queue;
use crate::downtime::Downtimes;
use crate::functions::Functions;
use crate::template::Deployment;

/// How long a loop sleeps when nothing wakes it: work that is due because time passed is found that late.
const IDLE_POLL: Duration = Duration::from_millis(250);

/// The event sources of the template, connected to the functions.
pub(crate) struct EventPlane {
    pub(crate) database: Database,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) functions: Arc<dyn Functions>,
    /// Notified whenever there may be work: an object was put, a function returned, an execution ended.
    pub(crate) wake: Arc<Notify>,
    pub(crate) downtimes: Arc<Downtimes>,
}

impl EventPlane {
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
