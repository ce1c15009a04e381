//! Puts a switch in front of the payment provider, which makes it slow or silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::ports::PortFailure;
use domain::values::{Money, OrderId, PaymentToken};

/// How much longer a slow gateway takes: annoying for people, and within the timeout of every step.
pub(super) const SLOW_ANSWER: Duration = Duration::from_secs(2);

/// How the gateway behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentsMode {
    Up,
    Slow,
    Down,
}

impl PaymentsMode {
    pub(super) const ALL: [Self; 3] = [Self::Up, Self::Slow, Self::Down];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Slow => "slow",
            Self::Down => "down",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// Up by default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Payments {
    /// An index of [`PaymentsMode::ALL`].
    mode: Arc<AtomicU8>,
}

impl Payments {
    pub(crate) fn mode(&self) -> PaymentsMode {
        match self.mode.load(Ordering::SeqCst) {
            0 => PaymentsMode::Up,
            1 => PaymentsMode::Slow,
            _ => PaymentsMode::Down,
        }
    }

    pub(crate) fn turn(&self, mode: PaymentsMode) {
        let index = match mode {
            PaymentsMode::Up => 0,
            PaymentsMode::Slow => 1,
            PaymentsMode::Down => 2,
        };
        self.mode.store(index, Ordering::SeqCst);
    }
}

/// Delays or refuses every call as the switch says, before it has an effect.
pub(crate) struct SwitchedGateway {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) payments: Payments,
}

#[derive(Debug, thiserror::Error)]
#[error("the payment gateway was switched off")]
struct SwitchedOff;

impl SwitchedGateway {
    async fn reach(&self, action: &'static str) -> Result<&dyn PaymentGateway, PortFailure> {
        match self.payments.mode() {
            PaymentsMode::Up => {}
            PaymentsMode::Slow => tokio::time::sleep(SLOW_ANSWER).await,
            PaymentsMode::Down => return Err(PortFailure::transient(action, SwitchedOff)),
        }
        Ok(self.gateway.as_ref())
    }
}

#[async_trait]
impl PaymentGateway for SwitchedGateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        let gateway = self.reach("authorize payment").await?;
        gateway.authorize(payment, amount, token).await
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.reach("capture payment").await?.capture(payment).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.reach("void payment").await?.void(payment).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.reach("refund payment").await?.refund(payment).await
    }
}
