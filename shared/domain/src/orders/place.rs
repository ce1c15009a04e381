//! How is an order placed exactly once, however often the request arrives?

use std::sync::Arc;
use std::time::Duration;

use super::order::{NewOrderLine, Order};
use super::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, IdempotencyStore,
    OrderRepository, PayloadHash, PlaceOutcome, PriceList, RecordedReply,
};
use super::pricing::{OrderFault, priced};
use crate::ports::{Clock, IdGenerator, PortFailure};
use crate::values::{
    CorrelationId, CustomerId, IdempotencyKey, OrderId, OrderLines, OrderStatus, PaymentToken, Sku, Timestamp,
};

/// How long a request is remembered: longer than any client or queue retries.
pub const IDEMPOTENCY_KEPT: Duration = Duration::from_hours(7 * 24);
const OPERATION: &str = "place-order";

pub struct PlaceOrder {
    pub orders: Arc<dyn OrderRepository>,
    pub idempotency: Arc<dyn IdempotencyStore>,
    pub prices: Arc<dyn PriceList>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    pub customer: CustomerId,
    pub lines: OrderLines<NewOrderLine>,
    pub payment_token: PaymentToken,
    pub idempotency_key: IdempotencyKey,
    pub payload_hash: PayloadHash,
    /// Until when this attempt may work.
    pub lease_until: Timestamp,
    pub correlation_id: CorrelationId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacedOrder {
    New(RecordedReply),
    /// Placed by an earlier attempt, which was answered this.
    Replayed(RecordedReply),
}

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    #[error("another attempt with this idempotency key is in progress")]
    InProgress,
    #[error("the idempotency key was used for another payload")]
    OtherPayload,
    #[error("the order has {} faults", .0.len())]
    Refused(Vec<OrderFault>),
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl PlaceOrder {
    /// `render` makes the answer that this caller and every replay get.
    pub async fn run(
        &self,
        new: &NewOrder,
        render: &(dyn Fn(&Order) -> RecordedReply + Send + Sync),
    ) -> Result<PlacedOrder, PlaceOrderError> {
        let now = self.clock.now();
        let scope = IdempotencyScope {
            customer: new.customer.clone(),
            operation: OPERATION,
            key: new.idempotency_key.clone(),
        };
        let claim = IdempotencyClaim {
            scope: scope.clone(),
            payload_hash: new.payload_hash.clone(),
            now,
            lease_until: new.lease_until,
            expires_at: now.plus(IDEMPOTENCY_KEPT),
        };
        match self.idempotency.claim(&claim).await? {
            IdempotencyClaimed::Replay(reply) => Ok(PlacedOrder::Replayed(reply)),
            IdempotencyClaimed::OtherPayload => Err(PlaceOrderError::OtherPayload),
            IdempotencyClaimed::InProgress => Err(PlaceOrderError::InProgress),
            IdempotencyClaimed::Granted(fence) => self.place(new, scope, fence, now, render).await,
        }
    }

    async fn place(
        &self,
        new: &NewOrder,
        scope: IdempotencyScope,
        fence: Fence,
        now: Timestamp,
        render: &(dyn Fn(&Order) -> RecordedReply + Send + Sync),
    ) -> Result<PlacedOrder, PlaceOrderError> {
        // Prices are read behind the claim: a replay must not depend on today's catalog.
        let skus: Vec<Sku> = new.lines.iter().map(|line| line.sku.clone()).collect();
        let prices = self.prices.prices(&skus).await?;
        let (lines, total) = match priced(&new.lines, &prices) {
            Ok(lines_and_total) => lines_and_total,
            Err(faults) => {
                // Nothing was written, and tomorrow's catalog may know the product: the key is free again.
                self.idempotency.abandon(&scope, fence).await?;
                return Err(PlaceOrderError::Refused(faults));
            }
        };
        let id = OrderId::parse(&self.ids.next_id()).map_err(|fault| PortFailure::permanent("make order id", fault))?;
        let order = Order {
            id,
            customer: new.customer.clone(),
            lines,
            total,
            payment_token: new.payment_token.clone(),
            status: OrderStatus::Pending,
            reason: None,
            correlation_id: new.correlation_id.clone(),
            created_at: now,
            updated_at: now,
        };
        let reply = render(&order);
        let completion = IdempotencyCompletion {
            scope,
            fence,
            reply: reply.clone(),
        };
        match self.orders.place(&order, &completion).await? {
            PlaceOutcome::Placed => Ok(PlacedOrder::New(reply)),
            PlaceOutcome::LeaseLost => Err(PlaceOrderError::InProgress),
        }
    }
}
