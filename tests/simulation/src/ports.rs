//! How do the functions reach the shop? Every port of the domain over one [`Call`].

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::fulfilment::ports::{
    Authorization, Capture, FulfilmentOrder, OrderBook, Parking, PaymentGateway, PaymentRecord, PaymentRecords, Refund,
    Reservation, SagaKind, SagaRunner, SagaStanding, SagaStart, StockLedger, StockLine, Transition, Void,
};
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome, PriceList,
};
use domain::ports::{
    Clock, CustomerDirectory, Email, IdGenerator, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState,
};
use domain::values::{
    CorrelationId, CustomerId, EmailAddress, Money, OrderId, OrderLines, PaymentToken, RejectionReason, Sku, Timestamp,
};
use sandbox_gateway::payment::{ANSWER_TIMEOUT, GatewayFault};

use crate::call::{Call, Trouble};
use crate::design::Requests;
use crate::shop::Shop;
use crate::shop::requests::Completed;
use crate::workflows;

/// The ports of one invocation.
pub struct Ports(pub Arc<Call>);

fn failure(action: &'static str) -> impl FnOnce(Trouble) -> PortFailure {
    move |trouble| match trouble {
        Trouble::Refused => PortFailure::transient(action, "it was refused"),
        Trouble::AnswerLost => PortFailure::transient(action, "the answer got lost"),
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.0.world.now()
    }
}

impl IdGenerator for Ports {
    fn next_id(&self) -> String {
        format!("order-{:05}", self.0.world.next_order_number())
    }
}

#[async_trait]
impl OrderRepository for Ports {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let (order, completion) = (order.clone(), completion.clone());
        let fenced = self.0.world.design.requests == Requests::Fenced;
        let effect = move |shop: &mut Shop| {
            let completed = if fenced {
                shop.requests.complete(&completion, &order.id)
            } else {
                shop.requests.complete_unfenced(&completion, &order.id)
            };
            match completed {
                Completed::Now => {
                    if shop.orders.row(&order.id).is_none() {
                        shop.orders.insert(&order);
                    }
                    PlaceOutcome::Placed
                }
                Completed::Before => PlaceOutcome::Placed,
                Completed::LeaseLost => PlaceOutcome::LeaseLost,
            }
        };
        self.0
            .write("orders.place", effect)
            .await
            .map_err(failure("save order"))
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let look = |shop: &Shop| shop.orders.row(id).map(|row| row.order.clone());
        self.0.read("orders.find", look).await.map_err(failure("read order"))
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let page = self.0.read("orders.list", |shop| shop.orders.list(query)).await;
        page.map_err(failure("list orders"))
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        let (id, customer, correlation_id) = (id.clone(), customer.clone(), correlation_id.clone());
        let effect = move |shop: &mut Shop| shop.orders.begin_cancelling(&id, &customer, &correlation_id, at);
        let outcome = self.0.write("orders.begin_cancelling", effect).await;
        outcome.map_err(failure("begin to cancel order"))
    }
}

#[async_trait]
impl IdempotencyStore for Ports {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        if self.0.world.design.requests == Requests::GetThenPut {
            return self.get_then_put(claim).await;
        }
        let claim = claim.clone();
        let claimed = self.0.write("requests.claim", move |shop| shop.requests.claim(&claim));
        claimed.await.map_err(failure("claim idempotency key"))
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let scope = scope.clone();
        let abandoned = self
            .0
            .write("requests.abandon", move |shop| shop.requests.abandon(&scope, fence));
        abandoned.await.map_err(failure("abandon idempotency key"))
    }
}

impl Ports {
    /// Two requests where there should be one: somebody else can come in between.
    async fn get_then_put(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let known = self.0.read("requests.get", |shop| shop.requests.standing(claim)).await;
        if let Some(standing) = known.map_err(failure("read idempotency key"))? {
            return Ok(standing);
        }
        let claim = claim.clone();
        let granted = self
            .0
            .write("requests.put", move |shop| shop.requests.grant(&claim))
            .await;
        granted.map_err(failure("write idempotency key"))
    }
}

#[async_trait]
impl PriceList for Ports {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        let look = |shop: &Shop| {
            let known = shop.prices.iter().filter(|(sku, _)| skus.contains(sku));
            known.map(|(sku, price)| (sku.clone(), *price)).collect()
        };
        self.0
            .read("products.prices", look)
            .await
            .map_err(failure("read prices"))
    }
}

#[async_trait]
impl OrderBook for Ports {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let found = self.0.read("orders.find", |shop| shop.orders.find(id)).await;
        found.map_err(failure("read order"))
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let moved = self.0.write("orders.confirm", move |shop| shop.orders.confirm(&id, at));
        moved.await.map_err(failure("confirm order"))
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let moved = self
            .0
            .write("orders.reject", move |shop| shop.orders.reject(&id, reason, at));
        moved.await.map_err(failure("reject order"))
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let id = id.clone();
        let effect = move |shop: &mut Shop| shop.orders.complete_cancel(&id, at);
        let moved = self.0.write("orders.complete_cancel", effect).await;
        moved.map_err(failure("complete cancel of order"))
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let (id, parking) = (id.clone(), parking.clone());
        let moved = self
            .0
            .write("orders.park", move |shop| shop.orders.park(&id, saga, &parking, at));
        moved.await.map_err(failure("park order"))
    }

    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        let found = self
            .0
            .read("orders.overdue", |shop| shop.orders.overdue(before, limit))
            .await;
        found.map_err(failure("find overdue orders"))
    }
}

#[async_trait]
impl StockLedger for Ports {
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        _at: Timestamp,
    ) -> Result<Reservation, PortFailure> {
        let (order, lines) = (order.clone(), lines.clone());
        let reserved = self
            .0
            .write("stock.reserve", move |shop| shop.shelf.reserve(&order, &lines));
        reserved.await.map_err(failure("reserve stock"))
    }

    async fn commit(&self, order: &OrderId, _at: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let committed = self.0.write("stock.commit", move |shop| shop.shelf.commit(&order));
        committed.await.map_err(failure("commit stock"))
    }

    async fn give_back(&self, order: &OrderId, _at: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let given = self
            .0
            .write("stock.give_back", move |shop| shop.shelf.give_back(&order));
        given.await.map_err(failure("give stock back"))
    }
}

#[async_trait]
impl PaymentGateway for Ports {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        let (payment, token) = (payment.clone(), token.clone());
        let effect = move |shop: &mut Shop| shop.gateway.authorize(&payment, amount, &token);
        let answer = self.0.write("gateway.authorize", effect).await;
        let fault = match answer.map_err(failure("authorize payment"))? {
            Ok(authorization) => return Ok(authorization),
            Err(fault) => fault,
        };
        if fault == GatewayFault::TimedOut {
            let silence_ms = i64::try_from(ANSWER_TIMEOUT.as_millis()).unwrap_or(i64::MAX);
            self.0.world.sleep(silence_ms).await;
        }
        Err(PortFailure::transient("authorize payment", fault))
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        let payment = payment.clone();
        let captured = self
            .0
            .write("gateway.capture", move |shop| shop.gateway.capture(&payment));
        captured.await.map_err(failure("capture payment"))
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        let payment = payment.clone();
        let voided = self.0.write("gateway.void", move |shop| shop.gateway.void(&payment));
        voided.await.map_err(failure("void payment"))
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        let payment = payment.clone();
        let refunded = self
            .0
            .write("gateway.refund", move |shop| shop.gateway.refund(&payment));
        refunded.await.map_err(failure("refund payment"))
    }
}

#[async_trait]
impl PaymentRecords for Ports {
    async fn note(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let order = order.clone();
        let noted = self
            .0
            .write("payments.note", move |shop| shop.note_payment(&order, record));
        noted.await.map_err(failure("note payment"))
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        let found = self
            .0
            .read("payments.find", |shop| shop.payments.get(order).copied())
            .await;
        found.map_err(failure("read payment"))
    }
}

#[async_trait]
impl CustomerDirectory for Ports {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        let address = format!("{}@example.test", customer.as_str());
        let known = self
            .0
            .read("directory.email_of", |_| EmailAddress::parse(&address).ok())
            .await;
        known.map_err(failure("look up e-mail address"))
    }
}

#[async_trait]
impl SendLog for Ports {
    async fn claim(&self, key: &str, _at: Timestamp) -> Result<SendClaim, PortFailure> {
        let key = key.to_owned();
        let claimed = self.0.write("sends.claim", move |shop| shop.sends.claim(&key)).await;
        claimed.map_err(failure("claim send"))
    }

    async fn settle(&self, key: &str, state: SendState, _at: Timestamp) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let settled = self
            .0
            .write("sends.settle", move |shop| shop.sends.settle(&key, state))
            .await;
        settled.map_err(failure("settle send"))
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        let key = key.to_owned();
        let released = self
            .0
            .write("sends.release", move |shop| shop.sends.release(&key))
            .await;
        released.map_err(failure("release send"))
    }
}

#[async_trait]
impl Mailer for Ports {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let email = email.clone();
        let sent = self
            .0
            .write_once("mail.send", move |shop| shop.mails.push(email.clone()))
            .await;
        sent.map_err(|trouble| match trouble {
            Trouble::Refused => SendFailure::NotSent(failure("send mail")(trouble)),
            Trouble::AnswerLost => SendFailure::Ambiguous(failure("send mail")(trouble)),
        })
    }
}

#[async_trait]
impl SagaRunner for Ports {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let (world, start) = (Arc::clone(&self.0.world), start.clone());
        // Late or twice, it is the same request: its name decides.
        let started = self
            .0
            .write("sagas.start", move |_| workflows::begin(&world, &start))
            .await;
        started.map_err(failure("start saga"))
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        let standing = self
            .0
            .read("sagas.standing", |_| workflows::standing(&self.0.world, &name))
            .await;
        standing.map_err(failure("read standing of saga"))
    }
}
