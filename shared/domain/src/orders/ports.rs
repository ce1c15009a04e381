//! The ports of orders: what a store of orders, of idempotency records and of prices must do.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::history::RecordedHistory;
use super::order::Order;
use crate::ports::{PortFailure, UnreadableItem};
use crate::values::{CorrelationId, CustomerId, IdempotencyKey, Money, OrderId, OrderStatus, Sku, Timestamp};

/// The request that an idempotency key belongs to. Two customers may use the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyScope {
    /// The caller, from the access token.
    pub customer: CustomerId,
    /// The operation's stable name, like `place-order`.
    pub operation: &'static str,
    /// The caller's key for the request.
    pub key: IdempotencyKey,
}

/// Identifies the payload of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadHash {
    /// The hash that a new record stores: its version and its digits, like `v2:44136f…`.
    pub current: Vec<u8>,
    /// The hash that records stored before hashes had a version. It is compared until the last of these records has
    /// expired.
    pub legacy: [u8; 32],
}

impl PayloadHash {
    /// Whether a record with this hash has the same payload.
    pub fn matches(&self, recorded: &[u8]) -> bool {
        recorded == self.current || recorded == self.legacy
    }
}

/// The number of the attempt that holds the lease. A later attempt has a greater fence; an earlier one can no longer
/// write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub u64);

/// The first answer to the caller, as opaque bytes: the domain has no HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedReply(pub Vec<u8>);

/// A request for the right to do the work of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// The key, with the customer and the operation that it belongs to.
    pub scope: IdempotencyScope,
    /// Compared with the recorded hash, if the key was used before.
    pub payload_hash: PayloadHash,
    /// Decides which leases and records have expired.
    pub now: Timestamp,
    /// When this attempt must have ended: its invocation's deadline.
    pub lease_until: Timestamp,
    /// When the record expires. Stores delete late: an expired record MUST count as absent.
    pub expires_at: Timestamp,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyClaimed {
    /// The caller does the work, under this fence.
    Granted(Fence),
    /// The work was done before, with this answer.
    Replay(RecordedReply),
    /// The key was used for another payload.
    OtherPayload,
    /// Another attempt holds the lease.
    InProgress,
}

/// Keeps idempotency records by key.
///
/// `claim` MUST be atomic: of concurrent claims exactly one is granted. A record whose lease has ended is granted again
/// with a greater fence. `abandon` frees a key whose attempt wrote nothing, and MUST do nothing under an outdated
/// fence.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Grants the work to one caller, or answers why not.
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure>;
    /// Frees the key of an attempt that wrote nothing.
    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure>;
}

/// The idempotency record that is completed together with a new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyCompletion {
    /// The key that was claimed.
    pub scope: IdempotencyScope,
    /// The fence that the claim was granted under.
    pub fence: Fence,
    /// The answer for every repetition of the request.
    pub reply: RecordedReply,
}

/// The answer to an attempt to save an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// The order and its answer are stored, by this or an earlier write of the same attempt.
    Placed,
    /// Another attempt has claimed the key since. Nothing was written.
    LeaseLost,
}

/// Asks for one page of a customer's orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderQuery {
    /// Only orders of this customer are listed.
    pub customer: CustomerId,
    /// Only orders with this status, where one is given.
    pub status: Option<OrderStatus>,
    /// The page begins behind this position.
    pub after: Option<OrderPosition>,
    /// The page has at most this many orders.
    pub limit: usize,
}

/// A position in a customer's list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPosition {
    /// When the order at this position was placed.
    pub created_at: Timestamp,
    /// Decides between orders of the same millisecond.
    pub id: OrderId,
}

/// One page of a customer's orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    /// Newest first.
    pub orders: Vec<Order>,
    /// Stored items that cannot be read. They are left out of the list.
    pub unreadable: Vec<UnreadableItem>,
    /// Where the next page begins. A page can be shorter than its limit, even empty, and still have a next one.
    pub next: Option<OrderPosition>,
}

/// The answer to an attempt to cancel an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelOutcome {
    /// CONFIRMED became CANCELLING now, or was CANCELLING before.
    Cancelling(Order),
    /// An order with this status cannot be cancelled.
    Refused(OrderStatus),
    /// No such order of this customer.
    NotFound,
}

impl CancelOutcome {
    /// The answer for the order as it is after the attempt.
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

/// Keeps orders. Every committed change MUST be written to the order stream (the outbox) in the same transaction, and
/// so MUST its event in the order's history.
#[async_trait]
pub trait OrderRepository: Send + Sync {
    /// Writes the order and completes its idempotency record in ONE transaction: both or neither. A repetition of the
    /// same call after a lost answer MUST be `Placed` again, without a second order.
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure>;
    /// `None` if the store has no such order. MUST NOT lag.
    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure>;
    /// The order and its history as one consistent state. An order of an earlier version of the shop may have no
    /// events, or only the later ones.
    async fn history(&self, id: &OrderId) -> Result<Option<RecordedHistory>, PortFailure>;
    /// Newest first by `(created_at, id)`. An order that cannot be read MUST NOT fail the page.
    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure>;
    /// One conditional write: CONFIRMED to CANCELLING, for its own customer only. The cancel saga logs under
    /// `correlation_id`, the id of the request.
    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure>;
}

/// Reads the prices of products.
#[async_trait]
pub trait PriceList: Send + Sync {
    /// The prices of the SKUs that the catalog has. The answer lacks the others.
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure>;
}
