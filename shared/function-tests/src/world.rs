//! The shop in memory that the files of `events/` refer to.

use std::ops::Deref;
use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::tables::products::Row;
use domain::catalog::ports::CatalogVersion;
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::values::{Currency, Money, Sku};

use crate::functions::Functions;
use crate::in_memory::ports;
use crate::{CATALOG_BYTES, CATALOG_KEY, CATALOG_VERSION, ORDER};

/// A shop in memory that has the products of the events.
pub struct World {
    /// What a test prepares and looks at.
    pub memory: Arc<Memory>,
    functions: Functions,
}

impl Deref for World {
    type Target = Functions;

    fn deref(&self) -> &Functions {
        &self.functions
    }
}

/// Mugs (7 units at 12.50 EUR), tees (3 at 20.00 EUR), `Tee + Käse` (5 at 6.00 EUR) and posters (9 at 1200 JPY).
pub fn products() -> [CatalogRow; 4] {
    let row = |sku, name, amount_minor, currency, stock| {
        let price = Money::new(amount_minor, Currency::parse(currency).unwrap()).unwrap();
        CatalogRow {
            sku: Sku::parse(sku).unwrap(),
            details: ProductDetails::new(name, format!("{name}, as good as new"), price),
            stock,
        }
    };
    [
        row("MUG-01", "Mug", 1_250, "EUR", 7),
        row("TEE-01", "Tee", 2_000, "EUR", 3),
        row("Tee + Käse", "Tea with cheese", 600, "EUR", 5),
        row("POSTER-JP", "Poster", 1_200, "JPY", 9),
    ]
}

/// Older than every upload.
pub const PRODUCTS_VERSION: CatalogVersion = CatalogVersion {
    upload_sequence: 0,
    byte_offset: 1,
};

impl World {
    /// Sells [`products`].
    pub fn open() -> Self {
        let (functions, memory) = Functions::over(|clock, ids| {
            let memory = Memory::new(clock.clone());
            (ports(memory.clone(), clock.clone(), ids.clone()), memory)
        });
        memory.change(|tables| {
            for row in products() {
                let product = tables.products.rows.entry(row.sku.clone()).or_default();
                product.on_hand = row.stock.into();
                product.catalog = Some((PRODUCTS_VERSION, row));
            }
        });
        Self { memory, functions }
    }

    /// A shop where Ann has ordered two mugs.
    pub async fn with_order(payment_token: &str) -> Self {
        let world = Self::open();
        world.place_mugs(ORDER, payment_token).await;
        world
    }

    /// What the catalog, sales and photos wrote of a product.
    pub fn product(&self, sku: &str) -> Row {
        let sku = Sku::parse(sku).unwrap();
        self.memory
            .look(|tables| tables.products.rows.get(&sku).cloned().unwrap_or_default())
    }

    /// Units of the product that can be reserved.
    pub fn available(&self, sku: &str) -> i64 {
        self.product(sku).available()
    }

    /// Puts the catalog where the events say that it is: the seventh upload. Empty lines fill it up to the size that
    /// they state.
    pub fn put_catalog(&self, rows: &str) {
        let file = format!("{rows:\n<CATALOG_BYTES$}");
        assert_eq!(file.len(), CATALOG_BYTES, "the events state the size of the file");
        self.memory.change(|tables| {
            tables.uploads.last_sequence = 6;
            let bucket = &mut tables.uploads_bucket;
            bucket.put_version(CATALOG_KEY, CATALOG_VERSION, "text/csv", file.as_bytes());
        });
    }
}
