//! The ports of the sagas: what a store, a payment provider and a workflow engine must do.

use async_trait::async_trait;

use crate::ports::{PortFailure, UnreadableItem};
use crate::values::{
    CorrelationId, CustomerId, DeclineReason, HasSku, Money, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity,
    RejectionReason, Sku, Timestamp,
};

/// The part of an order that the sagas read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulfilmentOrder {
    pub id: OrderId,
    pub customer: CustomerId,
    pub lines: OrderLines<StockLine>,
    pub total: Money,
    /// Absent once the payment can no longer be authorized: see [`OrderStatus::may_authorize`].
    pub payment_token: Option<PaymentToken>,
    pub status: OrderStatus,
    pub reason: Option<RejectionReason>,
    /// The id of the request that placed the order.
    pub correlation_id: CorrelationId,
    /// The id of the request that cancelled the order. Present once the order is CANCELLING.
    pub cancel_correlation_id: Option<CorrelationId>,
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
    pub sku: Sku,
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
    Done,
    /// An earlier attempt made this change, or the order is past it.
    AlreadyDone,
    /// The change does not apply to an order with this status.
    Refused(OrderStatus),
    NotFound,
}

/// Why an order was PARKED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parking {
    /// The execution that ended without an end state of its own.
    pub execution: String,
    /// Its error name and cause, as the workflow engine reports them.
    pub error: String,
    pub cause: String,
}

/// Changes the status of orders. Every change MUST be one conditional write, and MUST be repeatable:
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
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure>;
    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure>;
    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure>;
    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure>;
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
    pub updated_at: Timestamp,
    /// Decides between orders of the same millisecond.
    pub id: OrderId,
}

/// One page of the orders that have waited too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverduePage {
    pub orders: Vec<FulfilmentOrder>,
    pub unreadable: Vec<UnreadableItem>,
    /// Where the next page begins. Absent on the last page.
    pub next: Option<OverduePosition>,
}

/// A PARKED order, with what an operator needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedOrder {
    pub order: FulfilmentOrder,
    /// The status before: PENDING or CANCELLING.
    pub parked_from: OrderStatus,
    pub parking: Parking,
}

/// The PARKED orders of a list, and the items that cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParkedList {
    pub parked: Vec<ParkedOrder>,
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
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure>;
    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure>;
    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure>;
    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure>;
}

/// The state of a payment in our own record. The states are ordered: a record never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaymentState {
    Authorized,
    Declined,
    Captured,
    Voided,
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
    pub state: PaymentState,
    pub amount: Money,
    pub at: Timestamp,
}

/// Our own record of each payment, for people. Decisions follow the gateway's ledger, never these records. Kept
/// for [`RECORDS_KEPT`](crate::ports::RECORDS_KEPT) after its last change.
#[async_trait]
pub trait PaymentRecords: Send + Sync {
    /// MUST keep the furthest state: a late write of an earlier one changes nothing and is no error.
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure>;
    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure>;
}

/// The two sagas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SagaKind {
    /// Fulfils an order.
    Order,
    /// Undoes a confirmed order.
    Cancel,
}

impl SagaKind {
    /// Both sagas.
    pub const ALL: [Self; 2] = [Self::Order, Self::Cancel];

    /// The saga that an order with this status waits for.
    pub fn awaited_by(status: OrderStatus) -> Option<Self> {
        match status {
            OrderStatus::Pending => Some(Self::Order),
            OrderStatus::Cancelling => Some(Self::Cancel),
            OrderStatus::Confirmed | OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Parked => None,
        }
    }

    /// The saga that a change of an order's status starts; `before` is `None` for a new order.
    pub fn started_by(before: Option<OrderStatus>, after: OrderStatus) -> Option<Self> {
        match after {
            OrderStatus::Pending => before.is_none().then_some(Self::Order),
            OrderStatus::Cancelling => (before == Some(OrderStatus::Confirmed)).then_some(Self::Cancel),
            OrderStatus::Confirmed | OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Parked => None,
        }
    }

    /// The status of an order that waits for this saga.
    pub fn awaited_in(self) -> OrderStatus {
        match self {
            Self::Order => OrderStatus::Pending,
            Self::Cancel => OrderStatus::Cancelling,
        }
    }

    /// The name of the one execution per order and kind. Because of it a replayed stream event starts nothing.
    pub fn execution_name(self, order: &OrderId) -> String {
        match self {
            Self::Order => order.to_string(),
            Self::Cancel => format!("{order}-cancel"),
        }
    }

    /// The reverse of [`SagaKind::execution_name`], for events about executions.
    pub fn of_execution_name(self, name: &str) -> Option<OrderId> {
        let id = match self {
            Self::Order => name,
            Self::Cancel => name.strip_suffix("-cancel")?,
        };
        OrderId::parse(id).ok()
    }
}

/// A request to start a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaStart {
    pub kind: SagaKind,
    pub order: OrderId,
    pub correlation_id: CorrelationId,
}

/// The status of a saga's execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SagaStanding {
    NotStarted,
    Running,
    Succeeded,
    /// FAILED, `TIMED_OUT` or ABORTED.
    Ended(Parking),
}

/// Starts sagas, and reads their status.
#[async_trait]
pub trait SagaRunner: Send + Sync {
    /// MUST start at most one execution per [`SagaKind::execution_name`]; one that exists already is success.
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure>;
    /// The status of the execution of this order and kind.
    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure>;
}

/// The answer to a redrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redrive {
    /// The execution runs again, from the state that failed.
    Redriven,
    /// It has not ended, or another redrive was faster.
    Running,
    /// It cannot be redriven, for this reason: it succeeded, was never started, or ended too long ago.
    Impossible(String),
}

/// Redrives executions that failed, timed out or were aborted.
#[async_trait]
pub trait SagaRedriver: Send + Sync {
    /// MUST NOT repeat a state that succeeded. MUST be repeatable.
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure>;
}
