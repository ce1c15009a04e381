//! How does a `StockLedger` behave?

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::Answers;
use crate::fulfilment::ports::{Reservation, StockLedger, StockLine};
use crate::ports::PortFailure;
use crate::values::{OrderId, OrderLines, Sku, Timestamp};

#[derive(Default)]
pub(crate) struct Stock {
    state: Mutex<State>,
    pub(crate) answers: Answers,
}

#[derive(Default)]
struct State {
    available: BTreeMap<Sku, u32>,
    held: BTreeMap<OrderId, Held>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Held {
    Reserved(OrderLines<StockLine>),
    Committed(OrderLines<StockLine>),
    Closed,
}

impl Stock {
    pub(crate) fn put(&self, sku: &str, units: u32) {
        self.state
            .lock()
            .unwrap()
            .available
            .insert(Sku::parse(sku).unwrap(), units);
    }

    /// Units of MUG and TEE.
    pub(crate) fn available(&self) -> (u32, u32) {
        let state = self.state.lock().unwrap();
        let units = |sku: &str| state.available[&Sku::parse(sku).unwrap()];
        (units("MUG"), units("TEE"))
    }

    pub(crate) fn is_committed(&self, order: &OrderId) -> bool {
        matches!(self.state.lock().unwrap().held.get(order), Some(Held::Committed(_)))
    }
}

#[async_trait]
impl StockLedger for Stock {
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        _at: Timestamp,
    ) -> Result<Reservation, PortFailure> {
        let mut state = self.state.lock().unwrap();
        let State { available, held } = &mut *state;
        match held.get(order) {
            Some(Held::Closed) => return self.answers.give(Reservation::Closed),
            Some(Held::Reserved(_) | Held::Committed(_)) => return self.answers.give(Reservation::Reserved),
            None => {}
        }
        let is_short = |line: &&StockLine| {
            available
                .get(&line.sku)
                .is_none_or(|units| *units < line.quantity.units())
        };
        let short: Vec<Sku> = lines.iter().filter(is_short).map(|line| line.sku.clone()).collect();
        if !short.is_empty() {
            return self.answers.give(Reservation::OutOfStock(short));
        }
        for line in lines {
            *available.get_mut(&line.sku).unwrap() -= line.quantity.units();
        }
        held.insert(order.clone(), Held::Reserved(lines.clone()));
        self.answers.give(Reservation::Reserved)
    }

    async fn commit(&self, order: &OrderId, _at: Timestamp) -> Result<(), PortFailure> {
        let mut state = self.state.lock().unwrap();
        if let Some(held) = state.held.get_mut(order)
            && let Held::Reserved(lines) = held
        {
            *held = Held::Committed(lines.clone());
        }
        self.answers.give(())
    }

    async fn give_back(&self, order: &OrderId, _at: Timestamp) -> Result<(), PortFailure> {
        let mut state = self.state.lock().unwrap();
        let State { available, held } = &mut *state;
        if let Some(Held::Reserved(lines) | Held::Committed(lines)) = held.insert(order.clone(), Held::Closed) {
            for line in &lines {
                *available.get_mut(&line.sku).unwrap() += line.quantity.units();
            }
        }
        self.answers.give(())
    }
}
