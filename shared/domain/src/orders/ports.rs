//! What must the outside do for orders?

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::order::Order;
use crate::ports::{PortFailure, UnreadableItem};
use crate::values::{CorrelationId, CustomerId, IdempotencyKey, Money, OrderId, OrderStatus, Sku, Timestamp};

/// Which request is this? Scoped by caller and operation, so that two customers may use the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyScope {
    pub customer: CustomerId,
    /// The operation's stable name, like `place-order`.
    pub operation: &'static str,
    pub key: IdempotencyKey,
}

/// Identifies the payload of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadHash {
    /// What a new record stores: the version of the hash and its digits, like `v2:44136f…`.
    pub current: Vec<u8>,
    /// What records stored before hashes had a version. They are compared with it until the last of them has expired.
    pub legacy: [u8; 32],
}

impl PayloadHash {
    /// Whether a record with this hash is about the same payload.
    pub fn matches(&self, recorded: &[u8]) -> bool {
        recorded == self.current || recorded == self.legacy
    }
}

/// Which attempt holds the lease. A later attempt has a greater fence; an earlier one can no longer write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub u64);

/// What the caller was answered the first time, as opaque bytes: the domain knows no HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedReply(pub Vec<u8>);

/// A request asks to be the one that does the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyClaim {
    pub scope: IdempotencyScope,
    pub payload_hash: PayloadHash,
    pub now: Timestamp,
    /// Until when this attempt may work: its own invocation's deadline.
    pub lease_until: Timestamp,
    /// When the record may be forgotten. Stores delete late: an expired record MUST count as absent.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyClaimed {
    /// The caller works, under this fence.
    Granted(Fence),
    /// Done before, with this answer.
    Replay(RecordedReply),
    /// The key was used for another payload.
    OtherPayload,
    /// Another attempt holds the lease.
    InProgress,
}

/// Remembers requests by key.
///
/// `claim` MUST be atomic: of concurrent claims exactly one is granted. A record whose lease ran out is granted anew
/// with a greater fence. `abandon` frees a key whose work was refused, and MUST do nothing under an outdated fence.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure>;
    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure>;
}

/// What is written together with a new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyCompletion {
    pub scope: IdempotencyScope,
    pub fence: Fence,
    pub reply: RecordedReply,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceOutcome {
    Placed,
    /// Another attempt took over the key since. Nothing was written.
    LeaseLost,
}

/// How a customer reads their orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderQuery {
    pub customer: CustomerId,
    pub status: Option<OrderStatus>,
    /// Where the last page ended.
    pub after: Option<OrderPosition>,
    pub limit: usize,
}

/// A place in a customer's list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPosition {
    pub created_at: Timestamp,
    pub id: OrderId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    pub orders: Vec<Order>,
    pub unreadable: Vec<UnreadableItem>,
    /// Present while there may be more. A page can be shorter than its limit, even empty, and still have more.
    pub next: Option<OrderPosition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelOutcome {
    /// CONFIRMED became CANCELLING now, or was CANCELLING before.
    Cancelling(Order),
    /// The order stands where it cannot be cancelled.
    Refused(OrderStatus),
    /// No such order of this customer.
    NotFound,
}

impl CancelOutcome {
    /// The answer for an order that stands like this after the attempt to cancel it.
    pub fn of(order: Order) -> Self {
        match order.status {
            OrderStatus::Cancelling => Self::Cancelling(order),
            OrderStatus::Pending
            | OrderStatus::Confirmed
            | OrderStatus::Rejected
            | OrderStatus::Cancelled
            | OrderStatus::Parked => Self::Refused(order.status),
        }
    }
}

/// Keeps orders. Every committed change MUST reach the order stream (the outbox), in the same transaction.
#[async_trait]
pub trait OrderRepository: Send + Sync {
    /// Writes the order and completes its idempotency record in ONE transaction: both or neither. A repetition of the
    /// same call after a lost answer MUST be `Placed` again, without a second order.
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure>;
    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure>;
    /// Newest first by `(created_at, id)`. An order that cannot be read MUST NOT fail the page.
    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure>;
    /// One conditional write: CONFIRMED to CANCELLING, for its own customer only. The undoing is logged under
    /// `correlation_id`, that of the request that asked for it.
    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure>;
}

/// Knows what products cost today.
#[async_trait]
pub trait PriceList: Send + Sync {
    /// Prices of those SKUs that the catalog has; the others are missing from the answer.
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure>;
}
