//! The parts that all loops of the event sources share.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::Database;
use domain::ports::PortFailure;
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
    pub(crate) downtimes: Arc<Downtimes>,
}

impl EventPlane {
    /// Messages in each queue of the template, visible or in flight.
    pub(crate) async fn queue_depths(&self) -> Result<Vec<(String, u64)>, PortFailure> {
        let names: Vec<String> = self.deployment.queues.keys().cloned().collect();
        self.database
            .read("count messages", move |connection| {
                let counted = names.into_iter().map(|name| {
                    let depth = queue::depth(connection, &name)?;
                    Ok((name, depth))
                });
                counted.collect()
            })
            .await
    }

    /// Returns after a change, or after a while. Create `changed` ([`Database::watch`]) before looking for work: a
    /// change between looking and waiting is then not missed.
    pub(crate) async fn wait_for(&self, changed: Notified<'_>) {
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(IDLE_POLL) => {}
        }
    }
}
