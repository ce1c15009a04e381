//! The shop in memory that the events are about, with a clock that stands still and ids that count.

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::tables::products::Row;
use adapter_memory::time::{CountedIds, SetClock};
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{Begin, CatalogVersion, ImportLedger};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::ports::{Authorization, Capture, FulfilmentOrder, PaymentGateway, Reservation};
use domain::orders::order::{Order, OrderLine};
use domain::ports::Clock;
use domain::stored_order::StoredOrder;
use domain::values::{
    Currency, CustomerId, Money, ObjectVersion, OrderId, OrderLines, OrderStatus, PaymentToken, Quantity, Sku,
    Timestamp, UploadId,
};
use port_contracts::samples;
use shop::Shop;

use crate::in_memory::{ports, settings};
use crate::{ANN, CATALOG, CATALOG_BYTES, CATALOG_KEY, CATALOG_VERSION, NOW_MS, ORDER, log};

pub struct World {
    pub memory: Arc<Memory>,
    pub clock: Arc<SetClock>,
    pub shop: Shop,
}

impl World {
    /// A shop that sells [`World::products`]. Ids are `id-1`, `id-2` and so on.
    pub fn open() -> Self {
        log::listen();
        let clock = Arc::new(SetClock::at(Timestamp::from_unix_ms(NOW_MS.cast_signed())));
        let memory = Memory::new(clock.clone());
        let version = CatalogVersion {
            upload_sequence: 0,
            byte_offset: 1,
        };
        memory.change(|tables| {
            for row in Self::products() {
                let product = tables.products.rows.entry(row.sku.clone()).or_default();
                product.on_hand = row.stock.into();
                product.catalog = Some((version, row));
            }
        });
        let ids = Arc::new(CountedIds::new("id", 1));
        let shop = Shop {
            ports: ports(memory.clone(), clock.clone(), ids),
            settings: Arc::new(settings()),
        };
        Self { memory, clock, shop }
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

    /// A shop where Ann has ordered two mugs.
    pub fn with_order(payment_token: &str) -> Self {
        let world = Self::open();
        world.place_mugs(ORDER, payment_token);
        world
    }

    /// Places an order of two mugs.
    pub fn place_mugs(&self, id: &str, payment_token: &str) {
        self.place(id, payment_token, &[("MUG-01", 2)]);
    }

    /// Places an order of Ann's, of so many units of each product.
    pub fn place(&self, id: &str, payment_token: &str, items: &[(&str, u32)]) {
        let line = |&(sku, units)| OrderLine {
            sku: Sku::parse(sku).unwrap(),
            quantity: Quantity::new(units).unwrap(),
            unit_price: self.product(sku).catalog.unwrap().1.details.price,
        };
        let lines: Vec<OrderLine> = items.iter().map(line).collect();
        let total = lines.iter().map(|line| line.amount().unwrap().amount_minor()).sum();
        let order = Order {
            id: OrderId::parse(id).unwrap(),
            customer: CustomerId::parse(ANN).unwrap(),
            lines: OrderLines::new(lines).unwrap(),
            total: samples::euros(total),
            payment_token: PaymentToken::parse(payment_token).unwrap(),
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            ..samples::anns_order()
        };
        self.memory.change(|tables| tables.orders.put(StoredOrder::new(order)));
    }

    pub fn order(&self, id: &str) -> Order {
        let id = OrderId::parse(id).unwrap();
        self.memory.look(|tables| tables.orders.rows[&id].order.clone())
    }

    /// Brings the order where its saga, its customer or an operator would have brought it.
    pub fn set_status(&self, id: &str, status: OrderStatus) {
        let id = OrderId::parse(id).unwrap();
        self.memory
            .change(|tables| tables.orders.rows.get_mut(&id).unwrap().order.status = status);
    }

    /// What the catalog, sales and photos wrote of a product.
    pub fn product(&self, sku: &str) -> Row {
        let sku = Sku::parse(sku).unwrap();
        self.memory
            .look(|tables| tables.products.rows.get(&sku).cloned().unwrap_or_default())
    }

    pub fn available(&self, sku: &str) -> i64 {
        self.product(sku).available()
    }

    /// Sets the order's units aside.
    pub fn reserve(&self, id: &str) -> Reservation {
        let order = FulfilmentOrder::from(self.order(id));
        self.memory
            .change(|tables| tables.products.reserve(&order.id, &order.lines))
    }

    /// Holds the order's total.
    pub async fn authorize(&self, id: &str) {
        let order = self.order(id);
        let answer = self
            .memory
            .authorize(&order.id, order.total, &order.payment_token)
            .await;
        assert_eq!(answer.unwrap(), Authorization::Authorized);
    }

    /// Holds and takes the order's total.
    pub async fn charge(&self, id: &str) {
        self.authorize(id).await;
        let answer = self.memory.capture(&OrderId::parse(id).unwrap()).await;
        assert_eq!(answer.unwrap(), Capture::Captured);
    }

    /// Closes the order's payment, before or after money was held.
    pub async fn void(&self, id: &str) {
        self.memory.void(&OrderId::parse(id).unwrap()).await.unwrap();
    }

    /// Puts the catalog where the events say that it is. Empty lines fill it up to the size that they state.
    pub fn put_catalog(&self, rows: &str) {
        let file = format!("{rows:\n<CATALOG_BYTES$}");
        assert_eq!(file.len(), CATALOG_BYTES, "the events state the size of the file");
        self.memory.change(|tables| {
            tables
                .uploads_bucket
                .put_version(CATALOG_KEY, CATALOG_VERSION, "text/csv", file.as_bytes());
        });
    }

    /// The same, and begins its import, the seventh of all uploads.
    pub async fn begin_import(&self, rows: &str) -> ImportId {
        self.put_catalog(rows);
        self.memory.change(|tables| tables.uploads.last_sequence = 6);
        let object = ObjectVersion {
            key: CATALOG_KEY.to_owned(),
            version_id: Some(CATALOG_VERSION.to_owned()),
            size_bytes: CATALOG_BYTES as u64,
        };
        let id = UploadId::parse(CATALOG).unwrap();
        match self.memory.begin(&id, &object, None, self.clock.now()).await.unwrap() {
            Begin::Import(import) => import.id,
            Begin::Outdated => panic!("there is no newer file"),
        }
    }
}

impl Drop for World {
    /// A world ends with its test: what was logged in it is read then.
    fn drop(&mut self) {
        log::taken();
    }
}
