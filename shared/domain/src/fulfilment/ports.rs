//! The ports of the sagas: what a store, a payment provider and a workflow engine must do.

use async_trait::async_trait;

use crate::ports::{PortFailure, UnreadableItem};
use crate::values::{
    CorrelationId, CustomerId, DeclineReason, HasSku, Money, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity,
    RejectionReason, Sku, Timestamp,
};

pub use super::saga_ports::{Parking, Redrive, SagaKind, SagaRedriver, SagaRunner, SagaStanding, SagaStart};

/// The part of an order that the sagas read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulfilmentOrder {
    /// The order's identity, and the idempotency key of its payment.
    pub id: OrderId,
    /// The customer who placed it, and gets the mails.
    pub customer: CustomerId,
    /// The units of each product.
    pub lines: OrderLines<StockLine>,
    /// The amount that is authorized and captured.
    pub total: Money,
    /// Absent once the payment can no longer be authorized: see [`OrderStatus::may_authorize`].
    pub payment_token: Option<PaymentToken>,
    /// Where the order stands between the two sagas.
    pub status: OrderStatus,
    /// Present once the order is REJECTED.
    pub reason: Option<RejectionReason>,
    /// The id of the request that placed the order.
    pub correlation_id: CorrelationId,
    /// The id of the request that cancelled the order. Present once the order is CANCELLING.
    pub cancel_correlation_id: Option<CorrelationId>,
    /// The last change of the status.
    pub updated_at: Timestamp,
}

impl FulfilmentOrder {
    /// The id of the request that caused this saga. Stores before this field have no id of the cancel request.
    pub fn correlation_id_of(&self, saga: SagaKind) -> &CorrelationId {
        match saga {
            SagaKind::Order => &self.correlation_id,
            SagaKind::Cancel => self.cancel_correlation_id.as_ref().unwrap_or(&self.correlation_id),
        }
    }
}

/// Units of one product that an order needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLine {
    /// The product whose units are reserved.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
}

impl HasSku for StockLine {
    fn sku(&self) -> &Sku {
        &self.sku
    }
}

/// The answer to a status change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// This attempt made the change.
    Done,
    /// An earlier attempt made this change, or the order is past it.
    AlreadyDone,
    /// The change does not apply to an order with this status.
    Refused(OrderStatus),
    /// The store has no order with this id.
    NotFound,
}

/// Changes the status of orders. Every change MUST be one conditional write that also records its event, and MUST be
/// repeatable:
///
/// | method | from | to | `AlreadyDone` when |
/// |---|---|---|---|
/// | `confirm` | PENDING, or PARKED from PENDING | CONFIRMED | it ever was CONFIRMED |
/// | `reject` | PENDING, or PARKED from PENDING | REJECTED | REJECTED |
/// | `complete_cancel` | CANCELLING, or PARKED from CANCELLING | CANCELLED | CANCELLED |
/// | `park` | PENDING for the order saga, CANCELLING for the cancel saga | PARKED | PARKED |
///
/// The status before PARKED is stored, so that a late `confirm` cannot revive an order whose cancel was parked. `park`
/// names the saga that ended: a late report of one saga must not park an order that waits for the other.
#[async_trait]
pub trait OrderBook: Send + Sync {
    /// MUST NOT lag: a step reads the order right after another step changed it.
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure>;
    /// To CONFIRMED.
    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure>;
    /// To REJECTED, with the reason that the customer reads.
    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure>;
    /// To CANCELLED.
    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure>;
    /// To PARKED, with the end of the saga that an operator reads.
    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure>;
    /// PENDING and CANCELLING orders, longest unchanged first. An order that cannot be read MUST NOT fail the page.
    async fn overdue(&self, query: &OverdueQuery) -> Result<OverduePage, PortFailure>;
}

/// Asks for one page of the orders that have waited too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueQuery {
    /// The last change of every order of the page is older.
    pub before: Timestamp,
    /// The page begins behind this position.
    pub after: Option<OverduePosition>,
    /// The page has at most this many orders.
    pub limit: usize,
}

/// A position in the list of orders by their last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverduePosition {
    /// The last change of the order at this position.
    pub updated_at: Timestamp,
    /// Decides between orders of the same millisecond.
    pub id: OrderId,
}

/// One page of the orders that have waited too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverduePage {
    /// Longest unchanged first.
    pub orders: Vec<FulfilmentOrder>,
    /// Stored items that cannot be read. They are left out of the list.
    pub unreadable: Vec<UnreadableItem>,
    /// Where the next page begins. Absent on the last page.
    pub next: Option<OverduePosition>,
}

/// A PARKED order, with what an operator needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedOrder {
    /// The order, whose status is PARKED.
    pub order: FulfilmentOrder,
    /// The status before: PENDING or CANCELLING.
    pub parked_from: OrderStatus,
    /// How the saga ended.
    pub parking: Parking,
}

/// The PARKED orders of a list, and the items that cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParkedList {
    /// Longest parked first.
    pub parked: Vec<ParkedOrder>,
    /// Stored items that cannot be read. They are left out of the list.
    pub unreadable: Vec<UnreadableItem>,
}

/// Finds PARKED orders. For operators: no function uses it.
#[async_trait]
pub trait ParkedOrders: Send + Sync {
    /// At most `limit` orders, longest parked first. MUST leave out an order that is no longer PARKED; the list may lag
    /// behind by seconds. An order that cannot be read MUST NOT fail the list.
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure>;
    /// `None` for an order that is not PARKED. MUST NOT lag.
    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure>;
}

/// The answer to a request for stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reservation {
    /// Every line is reserved, now or by an earlier attempt.
    Reserved,
    /// At least these products have too few units, or are unknown. Nothing was reserved.
    OutOfStock(Vec<Sku>),
    /// The stock was given back before this attempt arrived. Nothing was reserved, and nothing ever will be.
    Closed,
}

/// Counts units. There is one reservation per order: NONE -> RESERVED -> COMMITTED, and from each of them -> CLOSED.
///
/// `reserve` MUST be all or nothing over the lines, and MUST never let `available` fall below zero. `give_back` returns
/// exactly what the order still holds (also after `commit`: a restock) exactly once, and closes an order that holds
/// nothing: a `reserve` that arrives later MUST answer `Closed`. A closed reservation MUST be kept for
/// [`RECORDS_KEPT`](crate::ports::RECORDS_KEPT); a committed one as long as its order, which can be cancelled.
#[async_trait]
pub trait StockLedger: Send + Sync {
    /// Reserves the units of every line, or of none.
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        at: Timestamp,
    ) -> Result<Reservation, PortFailure>;
    /// Sells the reserved units. May be repeated, and changes nothing after `give_back`.
    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure>;
    /// Returns what the order holds, and closes its reservation. May be repeated.
    async fn give_back(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure>;
}

/// The provider's answer to an authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorization {
    /// The amount is held for us, now or by an earlier attempt.
    Authorized,
    /// The provider declined, for this reason. Nothing is held.
    Declined(DeclineReason),
    /// The provider reports the result later, and may hold the amount already.
    Pending,
    /// The payment was voided before this attempt arrived. Nothing is held.
    Closed,
}

/// The provider's answer to a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// The money is captured, now or by an earlier attempt.
    Captured,
    /// The provider refuses to capture. The authorization is still there and has to be voided.
    Refused,
    /// The payment was voided or refunded before this attempt arrived. No money moved.
    Closed,
    /// The provider has no authorization of this payment.
    NotAuthorized,
}

/// The provider's answer to a void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Void {
    /// Nothing is held, and nothing ever will be.
    Voided,
    /// Too late: the money was captured. Refund it.
    AlreadyCaptured,
}

/// The provider's answer to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    /// Exactly the captured amount was returned, now or by an earlier attempt.
    Refunded(Money),
    /// Nothing was ever captured.
    NothingCaptured,
}

/// The payment provider, with its own durable ledger. An order's id is its payment's idempotency key on every call.
///
/// Implementations MUST serialise calls for one payment, and `void` MUST win against a late `authorize` or `capture`,
/// also on a payment that the provider has no record of. For a provider without such tombstones, create a payment
/// intent first and let `void` cancel it. Every call MUST answer or fail (transiently) in time.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Holds `amount` on the means of payment that `token` stands for.
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure>;
    /// Takes the authorized amount.
    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure>;
    /// Frees the held amount, and closes the payment against late calls.
    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure>;
    /// Returns the captured amount.
    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure>;
}

/// The state of a payment in our own record. The states are ordered: a record never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaymentState {
    /// The provider holds the amount.
    Authorized,
    /// The provider declined to hold it.
    Declined,
    /// The money is ours.
    Captured,
    /// The hold was freed.
    Voided,
    /// The money was returned.
    Refunded,
}

impl PaymentState {
    /// Every state, in order.
    pub const ALL: [Self; 5] = [
        Self::Authorized,
        Self::Declined,
        Self::Captured,
        Self::Voided,
        Self::Refunded,
    ];

    /// The name that stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "AUTHORIZED",
            Self::Declined => "DECLINED",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Our own record of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRecord {
    /// The furthest state that was recorded.
    pub state: PaymentState,
    /// The amount that the state is about.
    pub amount: Money,
    /// When the state was reached.
    pub at: Timestamp,
}

/// Our own record of each payment, for people. Decisions follow the gateway's ledger, never these records. Kept
/// for [`RECORDS_KEPT`](crate::ports::RECORDS_KEPT) after its last change.
#[async_trait]
pub trait PaymentRecords: Send + Sync {
    /// MUST keep the furthest state: a late write of an earlier one changes nothing and is no error.
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure>;
    /// `None` if the order has no record.
    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure>;
}
