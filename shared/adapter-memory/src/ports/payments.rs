//! What does the payment provider answer, and what do we note of it?

use async_trait::async_trait;
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, PaymentRecord, PaymentRecords, Refund, Void};
use domain::ports::PortFailure;
use domain::values::{Money, OrderId, PaymentToken};
use sandbox_gateway::payment::{ANSWER_TIMEOUT, Decision, GatewayFault, Payment};

use crate::access::{Access, Ports};
use crate::tables::Tables;

impl<A: Access> Ports<A> {
    async fn decide<T: Send + 'static>(
        &self,
        operation: &'static str,
        payment: &OrderId,
        decide: impl Fn(&mut Payment) -> Decision<T> + Send + 'static,
    ) -> Result<T, PortFailure> {
        let payment = payment.clone();
        let effect = move |tables: &mut Tables| tables.gateway.decide(&payment, &decide);
        self.write(operation, effect).await
    }
}

#[async_trait]
impl<A: Access> PaymentGateway for Ports<A> {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        let (operation, token) = ("gateway.authorize", token.clone());
        let decide = move |payment: &mut Payment| payment.authorize(amount, &token);
        match self.decide(operation, payment, decide).await? {
            Ok(authorization) => Ok(authorization),
            Err(fault) => {
                if fault == GatewayFault::TimedOut {
                    self.0.wait(ANSWER_TIMEOUT).await;
                }
                Err(PortFailure::transient(operation, fault))
            }
        }
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.decide("gateway.capture", payment, Payment::capture).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.decide("gateway.void", payment, Payment::void).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.decide("gateway.refund", payment, Payment::refund).await
    }
}

#[async_trait]
impl<A: Access> PaymentRecords for Ports<A> {
    async fn note(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let order = order.clone();
        let note = move |tables: &mut Tables| {
            let kept = tables.payments.entry(order.clone()).or_insert(record);
            if kept.state < record.state {
                *kept = record;
            }
        };
        self.write("payments.note", note).await
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        self.read("payments.find", |tables| tables.payments.get(order).copied())
            .await
    }
}
