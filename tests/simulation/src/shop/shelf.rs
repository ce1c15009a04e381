//! How many units are there, and who holds them?

use std::collections::BTreeMap;

use domain::fulfilment::ports::{Reservation, StockLine};
use domain::values::{OrderId, Sku};

/// The stock table. What a method does unless it is told otherwise is what the port's contract asks for.
pub trait Shelf: Send {
    fn units(&self) -> &Units;
    fn units_mut(&mut self) -> &mut Units;

    fn reserve(&mut self, order: &OrderId, lines: &[StockLine]) -> Reservation {
        self.units_mut().reserve(order, lines)
    }

    fn commit(&mut self, order: &OrderId) {
        self.units_mut().commit(order);
    }

    fn give_back(&mut self, order: &OrderId) {
        self.units_mut().give_back(order);
    }
}

/// Units of one product. Signed, so that a broken shelf can be seen to be one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub on_hand: i64,
    /// Reserved, and not yet sold.
    pub open: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Reserved(Vec<StockLine>),
    Committed(Vec<StockLine>),
    Closed,
}

#[derive(Debug, Default)]
pub struct Units {
    pub counts: BTreeMap<Sku, Count>,
    pub held: BTreeMap<OrderId, Held>,
}

impl Count {
    pub fn available(self) -> i64 {
        self.on_hand - self.open
    }
}

impl Units {
    pub fn put(&mut self, sku: &Sku, units: i64) {
        self.counts.entry(sku.clone()).or_default().on_hand += units;
    }

    pub fn available(&self, sku: &Sku) -> i64 {
        self.counts.get(sku).map_or(0, |count| count.available())
    }

    pub fn reserve(&mut self, order: &OrderId, lines: &[StockLine]) -> Reservation {
        match self.held.get(order) {
            Some(Held::Closed) => return Reservation::Closed,
            Some(Held::Reserved(_) | Held::Committed(_)) => return Reservation::Reserved,
            None => {}
        }
        let is_short = |line: &&StockLine| self.available(&line.sku) < i64::from(line.quantity.units());
        let short: Vec<Sku> = lines.iter().filter(is_short).map(|line| line.sku.clone()).collect();
        if !short.is_empty() {
            return Reservation::OutOfStock(short);
        }
        self.count(lines, |count, units| count.open += units);
        self.held.insert(order.clone(), Held::Reserved(lines.to_vec()));
        Reservation::Reserved
    }

    pub fn commit(&mut self, order: &OrderId) {
        if let Some(Held::Reserved(lines)) = self.held.get(order) {
            let lines = lines.clone();
            self.count(&lines, |count, units| {
                count.open -= units;
                count.on_hand -= units;
            });
            self.held.insert(order.clone(), Held::Committed(lines));
        }
    }

    pub fn give_back(&mut self, order: &OrderId) {
        match self.held.insert(order.clone(), Held::Closed) {
            Some(Held::Reserved(lines)) => self.count(&lines, |count, units| count.open -= units),
            Some(Held::Committed(lines)) => self.count(&lines, |count, units| count.on_hand += units),
            Some(Held::Closed) | None => {}
        }
    }

    pub fn count(&mut self, lines: &[StockLine], change: impl Fn(&mut Count, i64)) {
        for line in lines {
            let count = self.counts.entry(line.sku.clone()).or_default();
            change(count, i64::from(line.quantity.units()));
        }
    }
}

/// A table that keeps its port's promises.
#[derive(Debug, Default)]
pub struct Honest(Units);

impl Shelf for Honest {
    fn units(&self) -> &Units {
        &self.0
    }

    fn units_mut(&mut self) -> &mut Units {
        &mut self.0
    }
}
