//! Places an order once per idempotency key, however often its request arrives.

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

/// How long an idempotency record is kept: longer than any client or queue retries.
pub const IDEMPOTENCY_KEPT: Duration = Duration::from_hours(7 * 24);
const OPERATION: &str = "place-order";

/// The use case behind `POST /orders`.
pub struct PlaceOrder {
    /// The stored orders.
    pub orders: Arc<dyn OrderRepository>,
    /// The records of idempotency keys.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// The current prices of products.
    pub prices: Arc<dyn PriceList>,
    /// The time of the order and of its claim.
    pub clock: Arc<dyn Clock>,
    /// Makes the order's id.
    pub ids: Arc<dyn IdGenerator>,
}

/// A checked request for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The caller, from the access token.
    pub customer: CustomerId,
    /// What is ordered, each product once.
    pub lines: OrderLines<NewOrderLine>,
    /// The means of payment, from the payment provider's form.
    pub payment_token: PaymentToken,
    /// The caller's key for this request.
    pub idempotency_key: IdempotencyKey,
    /// Tells a repetition of the request from another request under the same key.
    pub payload_hash: PayloadHash,
    /// When this attempt must have ended.
    pub lease_until: Timestamp,
    /// The id of the request. The order's sagas log under it.
    pub correlation_id: CorrelationId,
}

/// The answer to a request that has an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacedOrder {
    /// This attempt placed the order.
    New(RecordedReply),
    /// An earlier attempt placed the order and got this answer.
    Replayed(RecordedReply),
}

/// Why a request has no order.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    /// Another attempt holds the key. The caller may ask again later.
    #[error("another attempt with this idempotency key is in progress")]
    InProgress,
    /// The key belongs to an earlier request with another payload.
    #[error("the idempotency key was used for another payload")]
    OtherPayload,
    /// The request has these faults. Nothing was stored.
    #[error("the order has {} faults", .0.len())]
    Refused(Vec<OrderFault>),
    /// The attempt wrote nothing, and then its idempotency key could not be freed: the key stays claimed until
    /// [`NewOrder::lease_until`]. `cause` is the answer for the caller, `failure` is for the log.
    #[error("the idempotency key could not be freed")]
    KeyStaysClaimed {
        /// The answer for the caller.
        cause: Box<PlaceOrderError>,
        /// Why the key could not be freed.
        #[source]
        failure: PortFailure,
    },
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl PlaceOrder {
    /// `render` makes the answer that this caller and every repetition of the request get.
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
            IdempotencyClaimed::Granted(fence) => match self.new_order(new, now).await {
                Ok(order) => self.save(&order, scope, fence, render(&order)).await,
                Err(cause) => Err(self.abandon(&scope, fence, cause).await),
            },
        }
    }

    /// The order at today's prices. Writes nothing. Runs behind the claim: a replay must not depend on today's catalog.
    async fn new_order(&self, new: &NewOrder, now: Timestamp) -> Result<Order, PlaceOrderError> {
        let skus: Vec<Sku> = new.lines.iter().map(|line| line.sku.clone()).collect();
        let prices = self.prices.prices(&skus).await?;
        let (lines, total) = priced(&new.lines, &prices).map_err(PlaceOrderError::Refused)?;
        let id = OrderId::parse(&self.ids.next_id()).map_err(|fault| PortFailure::permanent("make order id", fault))?;
        Ok(Order {
            id,
            customer: new.customer.clone(),
            lines,
            total,
            payment_token: Some(new.payment_token.clone()),
            status: OrderStatus::Pending,
            reason: None,
            correlation_id: new.correlation_id.clone(),
            created_at: now,
            updated_at: now,
        })
    }

    /// Frees the key of an attempt that wrote nothing, so that the caller's next attempt is not answered 409.
    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence, cause: PlaceOrderError) -> PlaceOrderError {
        match self.idempotency.abandon(scope, fence).await {
            Ok(()) => cause,
            Err(failure) => PlaceOrderError::KeyStaysClaimed {
                cause: Box::new(cause),
                failure,
            },
        }
    }

    /// A failure here does not free the key: the order may have been written although the answer was lost.
    async fn save(
        &self,
        order: &Order,
        scope: IdempotencyScope,
        fence: Fence,
        reply: RecordedReply,
    ) -> Result<PlacedOrder, PlaceOrderError> {
        let completion = IdempotencyCompletion {
            scope,
            fence,
            reply: reply.clone(),
        };
        match self.orders.place(order, &completion).await? {
            PlaceOutcome::Placed => Ok(PlacedOrder::New(reply)),
            PlaceOutcome::LeaseLost => Err(PlaceOrderError::InProgress),
        }
    }
}
