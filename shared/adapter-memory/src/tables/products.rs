//! The table of products with their stock, and the reservations of orders.

use std::collections::BTreeMap;

use domain::catalog::ports::CatalogVersion;
use domain::catalog::product::{CatalogRow, Product, ProductDetails};
use domain::fulfilment::ports::{Reservation, StockLine};
use domain::fulfilment::reservation_state::{ReservationState, StockChange};
use domain::thumbnails::ports::PhotoShown;
use domain::values::{Money, OrderId, Sku};

/// Products with their stock, and the reservations of orders.
#[derive(Debug)]
pub struct Products {
    /// By SKU, also products that have no catalog row yet.
    pub rows: BTreeMap<Sku, Row>,
    /// The reservation of each order, closed ones included.
    pub held: BTreeMap<OrderId, Held>,
    /// A test can put a rule here that breaks the contract.
    pub reserve: fn(&mut Self, &OrderId, &[StockLine]) -> Reservation,
    /// The same.
    pub give_back: fn(&mut Self, &OrderId),
}

/// One product, written by the catalog, by sales and by photos. Counts are signed, so that a broken ledger shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The newest row of a catalog, with its version.
    pub catalog: Option<(CatalogVersion, CatalogRow)>,
    /// Units in the warehouse, reserved ones included.
    pub on_hand: i64,
    /// Reserved, and not yet sold.
    pub reserved: i64,
    /// The newest photo.
    pub photo: Option<PhotoShown>,
}

/// The reservation of an order, with the units that it holds or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where the reservation stands.
    pub state: ReservationState,
    /// The reserved units. Empty if the reservation was closed before it held any.
    pub lines: Vec<StockLine>,
}

impl Row {
    /// Units that can be reserved.
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    pub(crate) fn product(&self) -> Option<Product> {
        let (_, row) = self.catalog.as_ref()?;
        Some(Product {
            sku: row.sku.clone(),
            details: row.details.clone(),
            available: u32::try_from(self.available()).unwrap_or(0),
            thumbnails: self.photo.as_ref().map(|photo| photo.keys.clone()).unwrap_or_default(),
        })
    }
}

impl Default for Products {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            held: BTreeMap::new(),
            reserve: Self::reserve,
            give_back: Self::give_back,
        }
    }
}

impl Products {
    /// Sets what a catalog sets, in a version of its own.
    pub fn put(&mut self, sku: &Sku, price: Money, units: u32) {
        let row = self.rows.entry(sku.clone()).or_default();
        let version = row
            .catalog
            .as_ref()
            .map_or(0, |(version, _)| version.upload_sequence + 1);
        let version = CatalogVersion {
            upload_sequence: version,
            byte_offset: 0,
        };
        let catalog = CatalogRow {
            sku: sku.clone(),
            details: ProductDetails::new(sku.as_str(), "", price),
            stock: units,
        };
        row.on_hand = i64::from(units);
        row.catalog = Some((version, catalog));
    }

    /// Adds units on hand, or removes them if `units` is negative.
    pub fn restock(&mut self, sku: &Sku, units: i64) {
        self.rows.entry(sku.clone()).or_default().on_hand += units;
    }

    /// Units that can be reserved; 0 for an unknown product.
    pub fn available(&self, sku: &Sku) -> i64 {
        self.rows.get(sku).map_or(0, Row::available)
    }

    /// Calls `change` with each line's row and its number of units.
    pub fn count(&mut self, lines: &[StockLine], change: impl Fn(&mut Row, i64)) {
        for line in lines {
            let row = self.rows.entry(line.sku.clone()).or_default();
            change(row, i64::from(line.quantity.units()));
        }
    }

    /// The products of these lines that have too few units.
    pub fn short(&self, lines: &[StockLine]) -> Vec<Sku> {
        let is_short = |line: &&StockLine| self.available(&line.sku) < i64::from(line.quantity.units());
        lines.iter().filter(is_short).map(|line| line.sku.clone()).collect()
    }

    /// Reserves every line or none, unless the order has a reservation already.
    pub fn reserve(&mut self, order: &OrderId, lines: &[StockLine]) -> Reservation {
        if let Some(held) = self.held.get(order) {
            return held.state.repeated_reserve();
        }
        let short = self.short(lines);
        if !short.is_empty() {
            return Reservation::OutOfStock(short);
        }
        self.apply(order, lines.to_vec(), StockChange::RESERVE);
        Reservation::Reserved
    }

    /// Sells what the order has reserved.
    pub fn commit(&mut self, order: &OrderId) {
        self.change(order, StockChange::commit);
    }

    /// Returns what the order holds, and closes its reservation.
    pub fn give_back(&mut self, order: &OrderId) {
        self.change(order, StockChange::give_back);
    }

    fn change(&mut self, order: &OrderId, change: fn(Option<ReservationState>) -> Option<StockChange>) {
        let held = self.held.get(order).cloned();
        if let Some(change) = change(held.as_ref().map(|held| held.state)) {
            self.apply(order, held.map(|held| held.lines).unwrap_or_default(), change);
        }
    }

    /// Makes the change for each unit, whether it is due or not.
    pub fn apply(&mut self, order: &OrderId, lines: Vec<StockLine>, change: StockChange) {
        self.count(&lines, |row, units| {
            row.on_hand += change.on_hand * units;
            row.reserved += change.reserved * units;
        });
        let state = change.to;
        self.held.insert(order.clone(), Held { state, lines });
    }
}
