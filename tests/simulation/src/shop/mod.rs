//! What does the shop keep? Every table and the world outside it, in memory: each change is one atomic call.
//!
//! Nothing here fails, waits or knows of faults; that is the business of whoever stands in front of it
//! ([`crate::ports`]).

pub mod gateway;
pub mod orders;
pub mod requests;
pub mod sends;
pub mod shelf;

use std::collections::BTreeMap;

use domain::fulfilment::ports::PaymentRecord;
use domain::ports::Email;
use domain::values::{Money, OrderId, Sku};

use gateway::Gateway;
use orders::OrderTable;
use requests::RequestTable;
use sends::SendTable;
use shelf::Shelf;

pub struct Shop {
    pub orders: OrderTable,
    pub requests: RequestTable,
    pub shelf: Box<dyn Shelf>,
    pub gateway: Box<dyn Gateway>,
    /// Our own notes of payments.
    pub payments: BTreeMap<OrderId, PaymentRecord>,
    pub sends: SendTable,
    /// What has left the house.
    pub mails: Vec<Email>,
    pub prices: BTreeMap<Sku, Money>,
}

impl Shop {
    pub fn new(shelf: Box<dyn Shelf>, gateway: Box<dyn Gateway>) -> Self {
        Self {
            orders: OrderTable::default(),
            requests: RequestTable::default(),
            shelf,
            gateway,
            payments: BTreeMap::new(),
            sends: SendTable::default(),
            mails: Vec::new(),
            prices: BTreeMap::new(),
        }
    }

    /// Keeps the furthest state.
    pub fn note_payment(&mut self, order: &OrderId, record: PaymentRecord) {
        let known = self.payments.get(order);
        if known.is_none_or(|known| known.state < record.state) {
            self.payments.insert(order.clone(), record);
        }
    }
}
