//! Puts a switch in front of the payment provider, so that an operator can see what happens when it does not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::ports::PortFailure;
use domain::values::{Money, OrderId, PaymentToken};

/// On by default; a restart turns it on again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch {
    is_off: Arc<AtomicBool>,
}

impl Switch {
    pub(crate) fn answers(&self) -> bool {
        !self.is_off.load(Ordering::SeqCst)
    }

    pub(crate) fn turn(&self, answers: bool) {
        self.is_off.store(!answers, Ordering::SeqCst);
    }
}

/// Refuses every call while the switch is off, before it has an effect.
pub(crate) struct SwitchedGateway {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) switch: Switch,
}

#[derive(Debug, thiserror::Error)]
#[error("the payment gateway was switched off")]
struct SwitchedOff;

impl SwitchedGateway {
    fn reach(&self, action: &'static str) -> Result<&dyn PaymentGateway, PortFailure> {
        if self.switch.answers() {
            Ok(self.gateway.as_ref())
        } else {
            Err(PortFailure::transient(action, SwitchedOff))
        }
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
        self.reach("authorize payment")?.authorize(payment, amount, token).await
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.reach("capture payment")?.capture(payment).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.reach("void payment")?.void(payment).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.reach("refund payment")?.refund(payment).await
    }
}
