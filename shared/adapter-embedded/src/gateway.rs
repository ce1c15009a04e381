//! Keeps the sandbox payment provider's books in a database of its own, apart from the shop's.
//!
//! Its answers are decided in `sandbox-gateway`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::ports::{Clock, PortFailure};
use domain::values::{Money, OrderId, PaymentToken};
use rusqlite::Connection;
use sandbox_gateway::payment::{Decision, GatewayFault, Payment};
use tokio::sync::Notify;

use crate::gateway_books as books;
use crate::schema::GATEWAY;
use crate::{Closing, Database, DatabaseFault};

pub use crate::gateway_books::DueNotice;
pub use sandbox_gateway::ledger::{LedgerEntry, LedgerEvent};
pub use sandbox_gateway::payment::ANSWER_TIMEOUT;

/// The sandbox payment provider over a SQLite file of its own.
#[derive(Clone)]
pub struct SandboxGateway {
    database: Database,
    clock: Arc<dyn Clock>,
    answer_timeout: Duration,
}

impl SandboxGateway {
    /// Waits, without a handle, until the provider's file is closed.
    pub fn closing(&self) -> Closing {
        self.database.closing()
    }

    /// Opens or creates the provider's own file.
    pub fn open(path: &Path, clock: Arc<dyn Clock>, answer_timeout: Duration) -> Result<Self, DatabaseFault> {
        let database = Database::open_as(&GATEWAY, path)?;
        Ok(Self {
            database,
            clock,
            answer_timeout,
        })
    }

    /// The same without a file: the books last as long as the process.
    pub fn in_memory(clock: Arc<dyn Clock>, answer_timeout: Duration) -> Result<Self, DatabaseFault> {
        let database = Database::in_memory_as(&GATEWAY)?;
        Ok(Self {
            database,
            clock,
            answer_timeout,
        })
    }

    /// As [`Database::check_writable`], of the provider's own file.
    pub async fn check_writable(&self) -> Result<(), PortFailure> {
        self.database.check_writable().await
    }

    /// As [`Database::check_integrity`], of the provider's own file.
    pub async fn check_integrity(&self) -> Result<(), PortFailure> {
        self.database.check_integrity().await
    }

    /// Every movement so far, oldest first.
    pub async fn ledger(&self) -> Result<Vec<LedgerEntry>, PortFailure> {
        self.database.call("read gateway ledger", books::ledger).await
    }

    /// The notices that are due now, oldest first, `limit` at most.
    pub async fn due_notices(&self, limit: u32) -> Result<Vec<DueNotice>, PortFailure> {
        let at = self.clock.now();
        let find = move |connection: &Connection| books::due_notices(connection, at, limit);
        self.database.read("find due notices", find).await
    }

    /// Removes a notice that was delivered, or is given up.
    pub async fn remove_notice(&self, sequence: i64) -> Result<(), PortFailure> {
        let remove = move |connection: &Connection| books::remove_notice(connection, sequence);
        self.database.call("remove notice", remove).await
    }

    /// Delivers a notice again after this time.
    pub async fn delay_notice(&self, sequence: i64, delay: Duration) -> Result<(), PortFailure> {
        let due_at = self.clock.now().plus(delay);
        let put_off = move |connection: &Connection| books::delay_notice(connection, sequence, due_at);
        self.database.call("delay notice", put_off).await
    }

    /// Notified when a payment changed, and so perhaps the notices.
    pub fn watch_notices(&self) -> Arc<Notify> {
        self.database.watch("gateway_notices")
    }

    /// Finds the payment, lets `decide` answer and change it, and keeps the change, in one transaction.
    async fn on<T: Send + 'static>(
        &self,
        action: &'static str,
        payment: &OrderId,
        decide: impl FnOnce(&mut Payment) -> Decision<T> + Send + 'static,
    ) -> Result<T, PortFailure> {
        let (payment, at) = (payment.clone(), self.clock.now());
        self.database
            .call(action, move |connection| {
                let mut found = books::find(connection, &payment)?;
                let decision = decide(&mut found);
                books::store(connection, &payment, &found)?;
                if let Some(movement) = decision.movement {
                    books::enter(connection, &payment, movement, at)?;
                }
                books::announce(connection, &payment, decision.notices, at)?;
                Ok(decision.answer)
            })
            .await
    }
}

#[async_trait]
impl PaymentGateway for SandboxGateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        const ACTION: &str = "authorize payment";
        let token = token.clone();
        let answer = self.on(ACTION, payment, move |payment| payment.authorize(amount, &token));
        match answer.await? {
            Ok(authorization) => Ok(authorization),
            Err(fault) => {
                if fault == GatewayFault::TimedOut {
                    tokio::time::sleep(self.answer_timeout).await;
                }
                Err(PortFailure::transient(ACTION, fault))
            }
        }
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.on("capture payment", payment, Payment::capture).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.on("void payment", payment, Payment::void).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.on("refund payment", payment, Payment::refund).await
    }
}
