//! What is for sale, how many units are there, and which order holds them?

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product};
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoShown, ProductPhotos, ShowOutcome};
use domain::values::{Money, OrderId, Sku, Timestamp};

use crate::access::{Access, Ports};
use crate::tables::Tables;

#[derive(Debug, Default)]
pub struct Products {
    pub rows: BTreeMap<Sku, Row>,
    pub held: BTreeMap<OrderId, Held>,
}

/// One product, written by the catalog, by sales and by photos. Counts are signed, so that a broken ledger can be seen to
/// be one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub catalog: Option<(CatalogVersion, CatalogRow)>,
    pub on_hand: i64,
    /// Reserved, and not yet sold.
    pub reserved: i64,
    pub photo: Option<PhotoShown>,
}

/// What an order holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Reserved(Vec<StockLine>),
    Committed(Vec<StockLine>),
    Closed,
}

impl Row {
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    fn product(&self) -> Option<Product> {
        let (_, row) = self.catalog.as_ref()?;
        Some(Product {
            sku: row.sku.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            price: row.price,
            available: u32::try_from(self.available()).unwrap_or(0),
            thumbnails: self.photo.as_ref().map(|photo| photo.keys.clone()).unwrap_or_default(),
        })
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
            name: sku.to_string(),
            description: String::new(),
            price,
            stock: units,
        };
        row.on_hand = i64::from(units);
        row.catalog = Some((version, catalog));
    }

    pub fn restock(&mut self, sku: &Sku, units: i64) {
        self.rows.entry(sku.clone()).or_default().on_hand += units;
    }

    pub fn available(&self, sku: &Sku) -> i64 {
        self.rows.get(sku).map_or(0, Row::available)
    }

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

    pub fn reserve(&mut self, order: &OrderId, lines: &[StockLine]) -> Reservation {
        match self.held.get(order) {
            Some(Held::Closed) => return Reservation::Closed,
            Some(Held::Reserved(_) | Held::Committed(_)) => return Reservation::Reserved,
            None => {}
        }
        let short = self.short(lines);
        if !short.is_empty() {
            return Reservation::OutOfStock(short);
        }
        self.count(lines, |row, units| row.reserved += units);
        self.held.insert(order.clone(), Held::Reserved(lines.to_vec()));
        Reservation::Reserved
    }

    fn commit(&mut self, order: &OrderId) {
        if let Some(Held::Reserved(lines)) = self.held.get(order).cloned() {
            self.count(&lines, |row, units| {
                row.reserved -= units;
                row.on_hand -= units;
            });
            self.held.insert(order.clone(), Held::Committed(lines));
        }
    }

    pub fn give_back(&mut self, order: &OrderId) {
        match self.held.insert(order.clone(), Held::Closed) {
            Some(Held::Reserved(lines)) => self.count(&lines, |row, units| row.reserved -= units),
            Some(Held::Committed(lines)) => self.count(&lines, |row, units| row.on_hand += units),
            Some(Held::Closed) | None => {}
        }
    }
}

#[async_trait]
impl<A: Access> StockLedger for Ports<A> {
    async fn reserve(&self, order: &OrderId, lines: &[StockLine], _: Timestamp) -> Result<Reservation, PortFailure> {
        let (order, lines) = (order.clone(), lines.to_vec());
        let reserve = move |tables: &mut Tables| tables.products.reserve(&order, &lines);
        self.write("stock.reserve", reserve).await
    }

    async fn commit(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let commit = move |tables: &mut Tables| tables.products.commit(&order);
        self.write("stock.commit", commit).await
    }

    async fn give_back(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let give_back = move |tables: &mut Tables| tables.products.give_back(&order);
        self.write("stock.give_back", give_back).await
    }
}

#[async_trait]
impl<A: Access> PriceList for Ports<A> {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        let prices = |tables: &Tables| {
            let catalog = tables.products.rows.values().filter_map(|row| row.catalog.as_ref());
            let wanted = catalog.filter(|(_, row)| skus.contains(&row.sku));
            wanted.map(|(_, row)| (row.sku.clone(), row.price)).collect()
        };
        self.read("products.prices", prices).await
    }
}

#[async_trait]
impl<A: Access> ProductCatalog for Ports<A> {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        let find = |tables: &Tables| tables.products.rows.get(sku).and_then(Row::product);
        self.read("products.find", find).await
    }

    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure> {
        let list = |tables: &Tables| {
            let all = tables.products.rows.values().filter_map(Row::product);
            let mut later = all.filter(|product| after.is_none_or(|after| product.sku > *after));
            let products: Vec<Product> = later.by_ref().take(limit).collect();
            let last = products.last().map(|product| product.sku.clone());
            let next = last.filter(|_| later.next().is_some());
            ProductPage { products, next }
        };
        self.read("products.list", list).await
    }
}

#[async_trait]
impl<A: Access> CatalogWriter for Ports<A> {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        _: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let row = row.clone();
        let apply = move |tables: &mut Tables| {
            let known = tables.products.rows.entry(row.sku.clone()).or_default();
            if known.catalog.as_ref().is_some_and(|(newest, _)| *newest >= version) {
                return ApplyOutcome::Superseded;
            }
            known.on_hand = i64::from(row.stock);
            known.catalog = Some((version, row.clone()));
            ApplyOutcome::Applied
        };
        self.write("products.apply", apply).await
    }
}

#[async_trait]
impl<A: Access> ProductPhotos for Ports<A> {
    async fn show(&self, photo: &PhotoShown, _: Timestamp) -> Result<ShowOutcome, PortFailure> {
        let photo = photo.clone();
        let show = move |tables: &mut Tables| {
            let row = tables.products.rows.entry(photo.sku.clone()).or_default();
            if row.photo.as_ref().is_some_and(|shown| shown.sequence >= photo.sequence) {
                return ShowOutcome::Superseded;
            }
            row.photo = Some(photo.clone());
            ShowOutcome::Shown
        };
        self.write("products.show_photo", show).await
    }
}
