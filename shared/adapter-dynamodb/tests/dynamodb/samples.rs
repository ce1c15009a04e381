//! Which values do the tests of products, payments and the gateway work with?

use std::sync::Arc;

use adapter_memory::time::SetClock;
use domain::fulfilment::ports::StockLine;
use domain::values::{Currency, Money, OrderId, PaymentToken, Quantity, Sku, Timestamp};

pub(crate) fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(now()))
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_700_000_000_000)
}

pub(crate) fn token(text: &str) -> PaymentToken {
    PaymentToken::parse(text).unwrap()
}

pub(crate) fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap()).unwrap()
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
