//! How is an order placed exactly once, however often the request arrives?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::order::{ORDER_LINES_MAX, Order, OrderLine};
use super::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, IdempotencyStore,
    OrderRepository, PayloadHash, PlaceOutcome, PriceList, RecordedReply,
};
use crate::ports::{Clock, IdGenerator, PortFailure};
use crate::values::{
    CorrelationId, CustomerId, Money, OrderId, OrderStatus, PaymentToken, Quantity, Sku, Timestamp,
};

/// How long a request is remembered: longer than any client or queue retries.
pub const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
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
    pub lines: Vec<NewOrderLine>,
    pub payment_token: PaymentToken,
    pub idempotency_key: String,
    pub payload_hash: PayloadHash,
    /// Until when this attempt may work.
    pub lease_until: Timestamp,
    pub correlation_id: CorrelationId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrderLine {
    pub sku: Sku,
    pub quantity: Quantity,
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

/// Why an order cannot be placed. `line` counts from zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderFault {
    NoLines,
    TooManyLines,
    UnknownSku { line: usize },
    RepeatedSku { line: usize },
    MixedCurrencies { line: usize },
    TotalTooLarge,
}

impl PlaceOrder {
    /// `render` makes the answer that this caller and every replay get.
    pub async fn run(
        &self,
        new: &NewOrder,
        render: &(dyn Fn(&Order) -> RecordedReply + Send + Sync),
    ) -> Result<PlacedOrder, PlaceOrderError> {
        let faults = faults_of_lines(&new.lines);
        if !faults.is_empty() {
            return Err(PlaceOrderError::Refused(faults));
        }
        let now = self.clock.now();
        let scope = IdempotencyScope {
            customer: new.customer.clone(),
            operation: OPERATION,
            key: new.idempotency_key.clone(),
        };
        let claim = IdempotencyClaim {
            scope: scope.clone(),
            payload_hash: new.payload_hash,
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
            Ok(priced) => priced,
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
        let completion = IdempotencyCompletion { scope, fence, reply: reply.clone() };
        match self.orders.place(&order, &completion).await? {
            PlaceOutcome::Placed => Ok(PlacedOrder::New(reply)),
            PlaceOutcome::LeaseLost => Err(PlaceOrderError::InProgress),
        }
    }
}

fn faults_of_lines(lines: &[NewOrderLine]) -> Vec<OrderFault> {
    if lines.is_empty() {
        return vec![OrderFault::NoLines];
    }
    if lines.len() > ORDER_LINES_MAX {
        return vec![OrderFault::TooManyLines];
    }
    let mut seen = BTreeSet::new();
    let repeated = lines.iter().enumerate().filter(|(_, line)| !seen.insert(&line.sku));
    repeated.map(|(line, _)| OrderFault::RepeatedSku { line }).collect()
}

fn priced(
    lines: &[NewOrderLine],
    prices: &BTreeMap<Sku, Money>,
) -> Result<(Vec<OrderLine>, Money), Vec<OrderFault>> {
    let mut faults = Vec::new();
    let mut priced_lines = Vec::with_capacity(lines.len());
    let mut total: Option<Money> = None;
    for (line, new) in lines.iter().enumerate() {
        let Some(&unit_price) = prices.get(&new.sku) else {
            faults.push(OrderFault::UnknownSku { line });
            continue;
        };
        if total.is_some_and(|total| total.currency() != unit_price.currency()) {
            faults.push(OrderFault::MixedCurrencies { line });
            continue;
        }
        let priced_line = OrderLine { sku: new.sku.clone(), quantity: new.quantity, unit_price };
        let sum = priced_line.amount().and_then(|amount| total.map_or(Ok(amount), |total| total.plus(amount)));
        match sum {
            Ok(sum) => total = Some(sum),
            Err(_) => return Err([faults, vec![OrderFault::TotalTooLarge]].concat()),
        }
        priced_lines.push(priced_line);
    }
    match total {
        Some(total) if faults.is_empty() => Ok((priced_lines, total)),
        _ => Err(faults),
    }
}
