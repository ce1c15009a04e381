//! Which values do the tests of products, payments and the gateway work with?

use domain::fulfilment::ports::StockLine;
use domain::ports::Clock;
use domain::values::{OrderId, PaymentToken, Quantity, Sku, Timestamp};
pub(crate) use port_contracts::samples::{at, euros};

pub(crate) struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        now()
    }
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
