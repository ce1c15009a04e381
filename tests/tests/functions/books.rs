//! Reads the balance of an order from the ledger of the payment gateway.

use adapter_embedded::gateway::LedgerEvent;
use domain::values::{Money, OrderId};

use crate::shop::Shop;

/// Captured minus refunded, in minor units, and whether money is still held.
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
