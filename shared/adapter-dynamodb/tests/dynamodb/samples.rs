//! Sample values for the tests of products, payments and the gateway.

use std::sync::Arc;

use adapter_memory::time::SetClock;
use domain::fulfilment::ports::StockLine;
use domain::values::{OrderId, PaymentToken, Quantity, Sku, Timestamp};
pub(crate) use port_contracts::samples::{at, euros};

pub(crate) fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(now()))
}

pub(crate) fn now() -> Timestamp {
    at(0)
}

pub(crate) fn token(text: &str) -> PaymentToken {
    PaymentToken::parse(text).unwrap()
}

pub(crate) fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub(crate) fn order(number: usize) -> OrderId {
    OrderId::parse(&format!("order-{number}")).unwrap()
}

pub(crate) fn line(sku: &Sku, units: u32) -> StockLine {
    StockLine {
        sku: sku.clone(),
        quantity: Quantity::new(units).unwrap(),
    }
}
