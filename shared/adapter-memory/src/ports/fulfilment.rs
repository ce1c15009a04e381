//! The ports of fulfilment: payments, sagas and mails.

use std::collections::btree_map::Entry;

use async_trait::async_trait;
use domain::fulfilment::payment_results::{PaymentResult, PaymentResults, PaymentVerdict, SagaCallbacks, WaitToken};
use domain::fulfilment::ports::{
    Authorization, Capture, PaymentGateway, PaymentRecord, PaymentRecords, Redrive, Refund, SagaKind, SagaRedriver,
    SagaRunner, SagaStanding, SagaStart, Void,
};
use domain::ports::{CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};
use domain::values::{CustomerId, EmailAddress, Money, OrderId, PaymentToken, Timestamp};
use sandbox_gateway::payment::{ANSWER_TIMEOUT, GatewayFault, Payment};

use crate::access::{Access, Ports, Trouble, failure};
use crate::tables::Tables;

#[async_trait]
impl<A: Access> PaymentGateway for Ports<A> {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        let (operation, payment, token) = ("gateway.authorize", payment.clone(), token.clone());
        let authorize = move |Tables { gateway, .. }: &mut Tables| {
            gateway.decide(&payment, |payment| payment.authorize(amount, &token))
        };
        let fault = match self.0.write(operation, authorize).await? {
            Ok(authorization) => return Ok(authorization),
            Err(fault) => fault,
        };
        if fault == GatewayFault::TimedOut {
            self.0.wait(ANSWER_TIMEOUT).await;
        }
        Err(PortFailure::transient(operation, fault))
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        let payment = payment.clone();
        let capture = move |Tables { gateway, .. }: &mut Tables| gateway.decide(&payment, gateway.capture);
        self.0.write("gateway.capture", capture).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        let payment = payment.clone();
        let void = move |Tables { gateway, .. }: &mut Tables| gateway.decide(&payment, gateway.void);
        self.0.write("gateway.void", void).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        let payment = payment.clone();
        let refund = move |Tables { gateway, .. }: &mut Tables| gateway.decide(&payment, Payment::refund);
        self.0.write("gateway.refund", refund).await
    }
}

#[async_trait]
impl<A: Access> PaymentRecords for Ports<A> {
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let order = order.clone();
        let note = move |tables: &mut Tables| {
            let kept = tables.payments.entry(order.clone()).or_insert(record);
            if kept.state < record.state {
                *kept = record;
            }
        };
        self.0.write("payments.record", note).await
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        self.0
            .read("payments.find", |tables| tables.payments.get(order).copied())
            .await
    }
}

#[async_trait]
impl<A: Access> PaymentResults for Ports<A> {
    async fn wait(
        &self,
        order: &OrderId,
        token: &WaitToken,
        _: Timestamp,
    ) -> Result<Option<PaymentVerdict>, PortFailure> {
        let (order, token) = (order.clone(), token.clone());
        let wait = move |tables: &mut Tables| {
            let result = tables.payment_results.entry(order.clone()).or_default();
            result.waiting.insert(token.clone());
            result.verdict
        };
        self.0.write("results.wait", wait).await
    }

    async fn record(
        &self,
        order: &OrderId,
        verdict: PaymentVerdict,
        _: Timestamp,
    ) -> Result<PaymentResult, PortFailure> {
        let order = order.clone();
        let record = move |tables: &mut Tables| {
            let result = tables.payment_results.entry(order.clone()).or_default();
            PaymentResult {
                verdict: *result.verdict.get_or_insert(verdict),
                waiting: result.waiting.iter().cloned().collect(),
            }
        };
        self.0.write("results.record", record).await
    }
}

#[async_trait]
impl<A: Access> SagaCallbacks for Ports<A> {
    async fn resume(&self, token: &WaitToken, verdict: PaymentVerdict) -> Result<(), PortFailure> {
        let token = token.clone();
        let resume = move |tables: &mut Tables| {
            tables.resumed.entry(token.clone()).or_insert(verdict);
        };
        self.0.write("sagas.resume", resume).await
    }
}

#[async_trait]
impl<A: Access> SagaRunner for Ports<A> {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let saga = start.clone();
        let start = move |Tables { sagas, .. }: &mut Tables| {
            if sagas.standing(saga.kind, &saga.order) == SagaStanding::NotStarted {
                sagas.set(saga.kind, &saga.order, SagaStanding::Running);
                sagas.starts.push(saga.clone());
            }
        };
        self.0.write("sagas.start", start).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        self.0
            .read("sagas.standing", |tables| tables.sagas.standing(kind, order))
            .await
    }
}

#[async_trait]
impl<A: Access> SagaRedriver for Ports<A> {
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure> {
        let order = order.clone();
        let redrive = move |Tables { sagas, .. }: &mut Tables| {
            if let Some(reason) = &sagas.redrive_refused {
                return Redrive::Impossible(reason.clone());
            }
            match sagas.standing(kind, &order) {
                SagaStanding::Running => Redrive::Running,
                SagaStanding::NotStarted => Redrive::Impossible("the execution was never started".to_owned()),
                SagaStanding::Succeeded => Redrive::Impossible("the execution succeeded".to_owned()),
                SagaStanding::Ended(_) => {
                    sagas.set(kind, &order, SagaStanding::Running);
                    Redrive::Redriven
                }
            }
        };
        self.0.write("sagas.redrive", redrive).await
    }
}

#[async_trait]
impl<A: Access> CustomerDirectory for Ports<A> {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        let find = |tables: &Tables| {
            let address = EmailAddress::parse(&format!("{}@example.test", customer.as_str())).ok();
            address.filter(|_| !tables.without_address.contains(customer))
        };
        self.0.read("directory.email_of", find).await
    }
}

#[async_trait]
impl<A: Access> Mailer for Ports<A> {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let (operation, email) = ("mail.send", email.clone());
        let send = move |tables: &mut Tables| tables.mails.push(email.clone());
        let outcome = self.0.write_once(operation, send).await;
        outcome.map_err(|trouble| match trouble {
            Trouble::Refused => SendFailure::NotSent(failure(operation)(trouble)),
            Trouble::AnswerLost => SendFailure::Ambiguous(failure(operation)(trouble)),
        })
    }
}

#[async_trait]
impl<A: Access> SendLog for Ports<A> {
    async fn claim(&self, key: &str, _: Timestamp) -> Result<SendClaim, PortFailure> {
        let key = key.to_owned();
        let claim = move |tables: &mut Tables| match tables.sends.entry(key.clone()) {
            Entry::Occupied(taken) => SendClaim::Taken(*taken.get()),
            Entry::Vacant(free) => {
                free.insert(SendState::Claimed);
                SendClaim::Granted
            }
        };
        self.0.write("sends.claim", claim).await
    }

    async fn settle(&self, key: &str, state: SendState, _: Timestamp) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let settle = move |tables: &mut Tables| {
            tables.sends.insert(key.clone(), state);
        };
        self.0.write("sends.settle", settle).await
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let release = move |tables: &mut Tables| {
            if tables.sends.get(&key) == Some(&SendState::Claimed) {
                tables.sends.remove(&key);
            }
        };
        self.0.write("sends.release", release).await
    }
}
