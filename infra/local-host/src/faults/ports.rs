//! Lets calls of ports fail: refused by a table before they take effect, or without an answer afterwards.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter};
use domain::catalog::product::CatalogRow;
use domain::ports::PortFailure;
use domain::values::Timestamp;
use shop::{EndedCall, PortWatcher, Ports};

use super::Faults;
use super::payments::SwitchedGateway;
use crate::event_log::nodes;

/// The port of an import's rows. A table throttles them, too, but says so in the answer of the port.
const ROWS: &str = "catalog_writer";

#[derive(Debug, thiserror::Error)]
enum InjectedFault {
    #[error("the switch throttle_tables refused the call")]
    Throttled,
    #[error("the switch lose_answers lost the answer")]
    AnswerLost,
}

/// The same ports, which fail as the switches say.
pub(crate) fn faulty(ports: Ports, faults: &Faults) -> Ports {
    let gateway = Arc::new(SwitchedGateway {
        gateway: Arc::clone(&ports.gateway),
        payments: faults.payments.clone(),
    });
    let catalog_writer = Arc::new(ThrottledWriter {
        writer: Arc::clone(&ports.catalog_writer),
        faults: faults.clone(),
    });
    let watcher: Arc<dyn PortWatcher> = Arc::new(FaultyCalls(faults.clone()));
    Ports {
        gateway,
        catalog_writer,
        ..ports
    }
    .watched_by(&watcher)
}

struct FaultyCalls(Faults);

impl PortWatcher for FaultyCalls {
    fn refuse(&self, port: &'static str, action: &'static str) -> Option<PortFailure> {
        let is_refused = port != ROWS && nodes::is_table(port) && self.0.throttles_call();
        is_refused.then(|| PortFailure::transient(action, InjectedFault::Throttled))
    }

    fn lose(&self, port: &'static str, action: &'static str) -> Option<PortFailure> {
        // A row of an import is one call: with one answer of 25 lost, no import would ever end.
        let is_lost = port != ROWS && self.0.loses_port_answer();
        is_lost.then(|| PortFailure::transient(action, InjectedFault::AnswerLost))
    }

    fn called(&self, _: &EndedCall<'_>) {}
}

/// A table that accepts fewer rows of an import.
struct ThrottledWriter {
    writer: Arc<dyn CatalogWriter>,
    faults: Faults,
}

#[async_trait]
impl CatalogWriter for ThrottledWriter {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        if self.faults.throttles_call() {
            return Ok(ApplyOutcome::Throttled);
        }
        self.writer.apply(row, version, at).await
    }
}
