//! Tests of the use cases of orders, and the sample orders that they share.

mod cancel;
mod get;
mod history;
mod list;
mod place;
mod stored_order;

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::time::SetClock;
use domain::orders::order::{Order, OrderLine};
use domain::stored_order::StoredOrder;
use domain::values::{Currency, CustomerId, Money, OrderId, OrderLines, OrderStatus, Quantity, Sku, Timestamp};
use port_contracts::samples::anns_order;

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(Timestamp::from_unix_ms(0)))
}

fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::parse("EUR").unwrap()).unwrap()
}

/// A shop that has these orders.
fn shop_with(orders: impl IntoIterator<Item = Order>) -> Arc<Memory> {
    let memory = Memory::new(clock());
    memory.change(|tables| {
        for order in orders {
            tables.orders.put(StoredOrder::new(order));
        }
    });
    memory
}

/// An order of MUG for 12.50 EUR, placed at its `number`th second.
fn order(customer: &str, number: i64, status: OrderStatus) -> Order {
    let created_at = Timestamp::from_unix_ms(number * 1_000);
    Order {
        id: OrderId::parse(&format!("order-{number}")).unwrap(),
        customer: CustomerId::parse(customer).unwrap(),
        lines: OrderLines::new(vec![OrderLine {
            sku: Sku::parse("MUG").unwrap(),
            quantity: Quantity::new(1).unwrap(),
            unit_price: euros(1_250),
        }])
        .unwrap(),
        total: euros(1_250),
        status,
        created_at,
        updated_at: created_at,
        ..anns_order()
    }
}
