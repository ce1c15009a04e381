//! The ports of products: catalog rows, prices, photos and stock.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product};
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoShown, ProductPhotos, ShowOutcome};
use domain::values::{Money, OrderId, OrderLines, Sku, Timestamp};

use crate::access::{Access, Ports};
use crate::tables::Tables;
use crate::tables::products::Row;

#[async_trait]
impl<A: Access> StockLedger for Ports<A> {
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        _: Timestamp,
    ) -> Result<Reservation, PortFailure> {
        let (order, lines) = (order.clone(), lines.clone());
        let reserve = move |tables: &mut Tables| (tables.products.reserve)(&mut tables.products, &order, &lines);
        self.0.write("stock.reserve", reserve).await
    }

    async fn commit(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let commit = move |tables: &mut Tables| tables.products.commit(&order);
        self.0.write("stock.commit", commit).await
    }

    async fn give_back(&self, order: &OrderId, _: Timestamp) -> Result<(), PortFailure> {
        let order = order.clone();
        let give_back = move |tables: &mut Tables| (tables.products.give_back)(&mut tables.products, &order);
        self.0.write("stock.give_back", give_back).await
    }
}

#[async_trait]
impl<A: Access> PriceList for Ports<A> {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        let prices = |tables: &Tables| {
            let catalog = tables.products.rows.values().filter_map(|row| row.catalog.as_ref());
            let wanted = catalog.filter(|(_, row)| skus.contains(&row.sku));
            wanted.map(|(_, row)| (row.sku.clone(), row.details.price)).collect()
        };
        self.0.read("products.prices", prices).await
    }
}

#[async_trait]
impl<A: Access> ProductCatalog for Ports<A> {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        let find = |tables: &Tables| tables.products.rows.get(sku).and_then(Row::product);
        self.0.read("products.find", find).await
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
        self.0.read("products.list", list).await
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
            let product = tables.products.rows.entry(row.sku.clone()).or_default();
            if product.catalog.as_ref().is_some_and(|(newest, _)| *newest >= version) {
                return ApplyOutcome::Superseded;
            }
            product.on_hand = i64::from(row.stock);
            product.catalog = Some((version, row.clone()));
            ApplyOutcome::Applied
        };
        self.0.write("products.apply", apply).await
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
        self.0.write("products.show_photo", show).await
    }
}
