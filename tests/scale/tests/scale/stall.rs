//! Show: an import at the limit of a table stops the sagas with the old index, and does not with the sharded one.
//!
//! The real adapters run over the model in simulated time. Its limits are a tenth of AWS's, so that the test takes
//! seconds: a key takes 100 writes per second, and a table 400, like a new on-demand table with its 4,000.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapter_dynamodb::catalog::DynamoCatalogWriter;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter as _};
use domain::fulfilment::ports::{Reservation, StockLedger as _, StockLine};
use domain::values::{OrderId, OrderLines, Quantity, Sku, Timestamp};
use scale::connection;
use scale::limits::Limits;
use scale::model::Model;
use scale::operations::{row, sku};
use tests::table_indexes;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

const LIMITS: Limits = Limits {
    key_writes: 100,
    key_reads: 300,
    table_writes: 400,
};
const LATENCY: Duration = Duration::from_millis(5);
const SECONDS: u32 = 5;
const PRODUCTS: u32 = 200;
/// Each is a reservation and a commit: eight write units.
const ORDERS_PER_SECOND: u32 = 10;
/// With the orders, the writes of the table.
const ROWS_PER_SECOND: u32 = 320;
/// Of an import that does not slow down, such as several ranges at their start or another tool. The shop's own import
/// slows down within a second.
const ROWS_IN_FLIGHT_MAX: usize = 64;
const RETRY_AFTER: Duration = Duration::from_millis(100);
/// A saga that takes longer has stalled: undisturbed, its two transactions take 30 ms.
const STALLED: Duration = Duration::from_secs(1);

struct Shop {
    table: Table,
    model: Arc<Mutex<Model>>,
}

/// What became of the orders.
#[derive(Debug)]
struct Orders {
    stalled: usize,
    slowest: Duration,
}

impl Shop {
    async fn open(step: &str) -> Self {
        let model = Arc::new(Mutex::new(Model::new(&table_indexes::in_template(step))));
        let table = Table::new(&connection::config(&model, LATENCY), "ProductsTable");
        let shop = Self { table, model };
        for number in 0..PRODUCTS {
            shop.apply(number, 1).await;
        }
        shop.model.lock().unwrap().limits = Some(LIMITS);
        shop
    }

    async fn apply(&self, number: u32, upload_sequence: u64) -> ApplyOutcome {
        let version = CatalogVersion {
            upload_sequence,
            byte_offset: 0,
        };
        let writer = DynamoCatalogWriter::new(&self.table);
        let row = row(&sku(number), 1_250);
        writer.apply(&row, version, Timestamp::from_unix_ms(0)).await.unwrap()
    }

    /// Sends rows at a fixed rate, and again until the table takes them, as long as not too many are in flight. New
    /// products, or rows for those that are sold.
    async fn import(self: Arc<Self>, new_products: bool) {
        let mut ticks = interval(Duration::from_secs(1) / ROWS_PER_SECOND);
        let mut in_flight = JoinSet::new();
        for number in 0.. {
            ticks.tick().await;
            if in_flight.len() == ROWS_IN_FLIGHT_MAX {
                in_flight.join_next().await;
            }
            let shop = Arc::clone(&self);
            in_flight.spawn(async move {
                let product = if new_products {
                    PRODUCTS + number
                } else {
                    number % PRODUCTS
                };
                while shop.apply(product, u64::from(number) + 2).await == ApplyOutcome::Throttled {
                    sleep(RETRY_AFTER).await;
                }
            });
        }
    }

    /// Reserves and commits the stock of orders at a fixed rate.
    async fn sell(self: Arc<Self>) -> Orders {
        let mut ticks = interval(Duration::from_secs(1) / ORDERS_PER_SECOND);
        let mut sagas = Vec::new();
        for number in 0..ORDERS_PER_SECOND * SECONDS {
            ticks.tick().await;
            sagas.push(tokio::spawn(Arc::clone(&self).saga(number)));
        }
        let mut took = Vec::new();
        for saga in sagas {
            took.push(saga.await.unwrap());
        }
        Orders {
            stalled: took
                .iter()
                .filter(|took| took.is_none_or(|took| took > STALLED))
                .count(),
            slowest: took
                .into_iter()
                .map(|took| took.unwrap_or(Duration::MAX))
                .max()
                .unwrap(),
        }
    }

    /// How long the steps took. `None` if one failed after all attempts of the adapter.
    async fn saga(self: Arc<Self>, number: u32) -> Option<Duration> {
        let begun = Instant::now();
        let stock = DynamoStockLedger {
            table: self.table.clone(),
        };
        let order = OrderId::parse(&format!("order-{number}")).unwrap();
        let line = StockLine {
            sku: Sku::parse(&sku(number * 7 % PRODUCTS)).unwrap(),
            quantity: Quantity::new(1).unwrap(),
        };
        let now = Timestamp::from_unix_ms(0);
        let reserved = stock
            .reserve(&order, &OrderLines::new(vec![line]).unwrap(), now)
            .await
            .ok()?;
        assert_eq!(reserved, Reservation::Reserved);
        stock.commit(&order, now).await.ok()?;
        Some(begun.elapsed())
    }
}

async fn orders_beside_an_import(step: &str, new_products: bool) -> (Orders, u64) {
    let shop = Arc::new(Shop::open(step).await);
    let import = tokio::spawn(Arc::clone(&shop).import(new_products));
    let orders = Arc::clone(&shop).sell().await;
    // With it end the rows in flight.
    import.abort();
    let throttled = shop.model.lock().unwrap().throttled;
    (orders, throttled)
}

#[tokio::test(start_paused = true)]
async fn an_import_at_the_tables_limit_stalls_the_sagas_with_the_old_index() {
    let (orders, throttled) = orders_beside_an_import("added", false).await;
    assert!(throttled > 500, "{throttled}");
    let most = usize::try_from(ORDERS_PER_SECOND * SECONDS / 2).unwrap();
    assert!(orders.stalled > most, "{orders:?}");
}

#[tokio::test(start_paused = true)]
async fn an_import_at_the_tables_limit_leaves_the_sagas_alone_with_the_sharded_index() {
    for new_products in [false, true] {
        let (orders, _) = orders_beside_an_import("only", new_products).await;
        assert_eq!(orders.stalled, 0, "{orders:?}, new products: {new_products}");
        assert!(orders.slowest < STALLED / 2, "{orders:?}, new products: {new_products}");
    }
}

#[tokio::test(start_paused = true)]
async fn orders_alone_are_as_fast_with_either_index() {
    for step in ["added", "only"] {
        let shop = Arc::new(Shop::open(step).await);
        let orders = shop.sell().await;
        assert_eq!(orders.stalled, 0, "{orders:?}, {step}");
    }
}
