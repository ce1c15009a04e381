//! An order of a customer, with its lines at the prices of the day it was placed.

use crate::values::{
    CorrelationId, CustomerId, HasSku, Money, MoneyFault, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity,
    RejectionReason, Sku, Timestamp,
};

/// One product that a customer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrderLine {
    /// The product.
    pub sku: Sku,
    /// How many units.
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
    /// The product.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
    /// The price of one unit when the order was placed.
    pub unit_price: Money,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order's identity.
    pub id: OrderId,
    /// The customer, to whom alone the order is shown.
    pub customer: CustomerId,
    /// What was ordered, each product once.
    pub lines: OrderLines<OrderLine>,
    /// The sum over all lines, in their one currency.
    pub total: Money,
    /// Absent once the payment can no longer be authorized: see [`OrderStatus::may_authorize`].
    pub payment_token: Option<PaymentToken>,
    /// Where the order stands between the two sagas.
    pub status: OrderStatus,
    /// Present once the order is REJECTED.
    pub reason: Option<RejectionReason>,
    /// The id of the request that placed the order. Every later step logs under it.
    pub correlation_id: CorrelationId,
    /// When the order was placed.
    pub created_at: Timestamp,
    /// The last change of the status.
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
