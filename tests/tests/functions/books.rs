//! What do the payment gateway's own books say of an order?

use adapter_embedded::gateway::LedgerEvent;
use domain::values::{Money, OrderId};

use crate::shop::Shop;

/// What came in less what went back, in minor units, and whether something is still held.
pub(crate) async fn books(shop: &Shop, id: &str) -> (i64, bool) {
    let payment = OrderId::parse(id).unwrap();
    let mut captured = 0;
    let mut held = false;
    for entry in shop
        .gateway
        .ledger()
        .await
        .unwrap()
        .into_iter()
        .filter(|entry| entry.payment == payment)
    {
        let amount = entry.amount.map_or(0, Money::amount_minor);
        match entry.event {
            LedgerEvent::Authorized => held = true,
            LedgerEvent::Captured => (captured, held) = (captured + amount, false),
            LedgerEvent::Voided => held = false,
            LedgerEvent::Refunded => captured -= amount,
        }
    }
    (captured, held)
}
