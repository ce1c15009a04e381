//! An order of a customer, with its lines at the prices of the day it was placed.

use crate::values::{
    CorrelationId, CustomerId, HasSku, Money, MoneyFault, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity,
    RejectionReason, Sku, Timestamp,
};

/// One product that a customer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrderLine {
    pub sku: Sku,
    pub quantity: Quantity,
}

impl HasSku for NewOrderLine {
    fn sku(&self) -> &Sku {
        &self.sku
    }
}

/// One product of an order at the price it had when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    pub sku: Sku,
    pub quantity: Quantity,
    pub unit_price: Money,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub customer: CustomerId,
    pub lines: OrderLines<OrderLine>,
    pub total: Money,
    /// Absent once the payment can no longer be authorized: see [`OrderStatus::may_authorize`].
    pub payment_token: Option<PaymentToken>,
    pub status: OrderStatus,
    /// Present once the order is REJECTED.
    pub reason: Option<RejectionReason>,
    /// The id of the request that placed the order. Every later step logs under it.
    pub correlation_id: CorrelationId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl HasSku for OrderLine {
    fn sku(&self) -> &Sku {
        &self.sku
    }
}

impl OrderLine {
    /// The price of all units.
    pub fn amount(&self) -> Result<Money, MoneyFault> {
        self.unit_price.times(self.quantity)
    }
}
