//! Runs the shop's functions over the model, one operation after the other, and counts each.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapter_dynamodb::catalog::{DynamoCatalogWriter, DynamoPriceList, DynamoProductCatalog};
use adapter_dynamodb::gateway::DynamoSandboxGateway;
use adapter_dynamodb::idempotency::DynamoIdempotencyStore;
use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::photo_uploads::DynamoPhotoUploads;
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use adapter_memory::Memory;
use adapter_memory::time::SetClock;
use aws_types::SdkConfig;
use domain::catalog::ports::{CatalogVersion, CatalogWriter as _};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::reconcile::OVERDUE_AFTER;
use domain::ports::Clock as _;
use domain::values::{Currency, Money, Sku};
use function_tests::{Functions, ORDER, OTHER_ORDER, event, in_memory};
use serde_json::{Value, json};
use shop::Ports;
use tests::table_indexes;

use crate::connection;
use crate::model::Model;
use crate::usage::Usage;

/// So many products are on the list.
pub const PRODUCTS: u32 = 1_000;
/// The stock of each.
const STOCK: u32 = 1_000;
/// The description of a product. With it, a product has about 500 bytes.
const DESCRIPTION: &str = "A lamp for the desk, with a switch, a cable of two metres and a lamp that can be replaced.";
/// The product that is ordered.
const LAMP: &str = "LAMP-0500";

/// One operation, and what it took.
#[derive(Debug, Clone)]
pub struct Operation {
    pub name: &'static str,
    pub usage: Usage,
}

/// A shop whose tables are in the model.
pub struct ModelShop {
    pub model: Arc<Mutex<Model>>,
    pub functions: Functions,
    writer: DynamoCatalogWriter,
}

impl ModelShop {
    /// Without products. `step` is the value of the template's parameter `ShardedIndexes`.
    pub fn open(step: &str) -> Self {
        let model = Arc::new(Mutex::new(Model::new(&table_indexes::in_template(step))));
        let config = connection::config(&model, Duration::ZERO);
        let indexes = ShardedIndexes::parse(step).expect("the step is one of the template's");
        let writer = DynamoCatalogWriter::new(&table(&config, "ProductsTable", indexes));
        let (functions, ()) = Functions::over(|clock, ids| {
            let memory = in_memory::ports(Memory::new(clock.clone()), clock.clone(), ids.clone());
            (ports(memory, clock, &config, indexes), ())
        });
        Self {
            model,
            functions,
            writer,
        }
    }

    /// Counts one operation.
    async fn count(&self, name: &'static str, work: impl Future<Output = ()>) -> Operation {
        self.model.lock().unwrap().take_usage();
        work.await;
        let usage = self.model.lock().unwrap().take_usage();
        Operation { name, usage }
    }

    /// Writes a row of a catalog as an import does.
    pub async fn apply(&self, sku: &str, price_minor: i64, upload_sequence: u64) {
        let version = CatalogVersion {
            upload_sequence,
            byte_offset: 0,
        };
        let now = self.functions.clock.now();
        self.writer.apply(&row(sku, price_minor), version, now).await.unwrap();
    }

    async fn get(&self, function: &str, change: impl FnOnce(&mut Value)) {
        let mut event = event(function);
        change(&mut event);
        let answer = function_tests::http(self.functions.invoke(function, event).await);
        assert_eq!(answer["status"], 200, "{function}: {answer}");
    }

    async fn step(&self, function: &str, order: &str) {
        self.functions.step(function, order).await.unwrap();
    }

    async fn notify(&self, order: &str, notice: &str) {
        let input = json!({ "order_id": order, "correlation_id": "req-7f3a2b10", "notice": notice });
        self.functions.invoke("saga-notify-customer", input).await.unwrap();
    }

    async fn sweep(&self) {
        let schedule = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
        self.functions.invoke("saga-reconcile", schedule).await.unwrap();
    }
}

/// A row with one lamp per number.
pub fn row(sku: &str, price_minor: i64) -> CatalogRow {
    let price = Money::new(price_minor, Currency::parse("EUR").unwrap()).unwrap();
    CatalogRow {
        sku: Sku::parse(sku).unwrap(),
        details: ProductDetails::new("Lamp", DESCRIPTION, price),
        stock: STOCK,
    }
}

/// The SKU of the product with this number.
pub fn sku(number: u32) -> String {
    format!("LAMP-{number:04}")
}

fn table(config: &SdkConfig, name: &str, indexes: ShardedIndexes) -> Table {
    Table::new(config, name).with_sharded_indexes(indexes)
}

/// The ports over DynamoDB; the others stay in memory.
fn ports(memory: Ports, clock: &Arc<SetClock>, config: &SdkConfig, indexes: ShardedIndexes) -> Ports {
    let table = |name| table(config, name, indexes);
    let orders = || table("OrdersTable");
    let products = || table("ProductsTable");
    let imports = || table("ImportsTable");
    Ports {
        book: Arc::new(DynamoOrderBook { table: orders() }),
        catalog: Arc::new(DynamoProductCatalog { table: products() }),
        catalog_writer: Arc::new(DynamoCatalogWriter::new(&products())),
        gateway: Arc::new(DynamoSandboxGateway {
            table: table("SandboxGatewayTable"),
            clock: clock.clone(),
            answer_timeout: Duration::from_secs(5),
        }),
        idempotency: Arc::new(DynamoIdempotencyStore { table: orders() }),
        imports: Arc::new(DynamoImportLedger { table: imports() }),
        orders: Arc::new(DynamoOrderRepository { table: orders() }),
        payments: Arc::new(DynamoPaymentRecords {
            table: table("PaymentsTable"),
        }),
        photo_uploads: Arc::new(DynamoPhotoUploads { table: imports() }),
        prices: Arc::new(DynamoPriceList { table: products() }),
        product_photos: Arc::new(DynamoProductPhotos { table: products() }),
        sends: Arc::new(DynamoSendLog { table: orders() }),
        stock: Arc::new(DynamoStockLedger { table: products() }),
        uploads: Arc::new(DynamoUploadRepository { table: imports() }),
        ..memory
    }
}

/// Every operation, over a shop with [`PRODUCTS`] products.
pub async fn all(step: &str) -> Vec<Operation> {
    let shop = ModelShop::open(step);
    for number in 1..PRODUCTS {
        shop.apply(&sku(number), 1_250, 1).await;
    }
    let mut operations = rows(&shop).await.to_vec();
    operations.extend(order(&shop).await);
    operations.extend(reads(&shop).await);
    operations.extend(cancel(&shop).await);
    operations.extend(rejection(&shop).await);
    operations.extend(sweeps(&shop).await);
    operations.push(
        shop.count("uploads-create", async {
            shop.functions.send("uploads-create").await.unwrap();
        })
        .await,
    );
    operations
}

async fn rows(shop: &ModelShop) -> [Operation; 4] {
    let new = sku(PRODUCTS);
    [
        shop.count("row: new product", shop.apply(&new, 1_250, 1)).await,
        shop.count("row: changed product", shop.apply(&new, 1_300, 2)).await,
        shop.count("row: unchanged product", shop.apply(&new, 1_300, 3)).await,
        shop.count("row: older than the product", shop.apply(&new, 1_250, 1))
            .await,
    ]
}

/// The operations of an order to which nothing happens, in their order.
pub const ORDER_PATH: [&str; 6] = [
    "orders-place",
    "saga-reserve-stock",
    "saga-authorize-payment",
    "saga-capture-payment",
    "saga-confirm-order",
    "saga-notify-customer",
];

async fn order(shop: &ModelShop) -> Vec<Operation> {
    let items = json!([{ "sku": LAMP, "quantity": 1 }]);
    let place = shop.functions.place(ORDER, "tok_ok", &items);
    let mut operations = vec![shop.count("orders-place", place).await];
    for step in &ORDER_PATH[1..5] {
        operations.push(shop.count(step, shop.step(step, ORDER)).await);
    }
    operations.push(
        shop.count("saga-notify-customer", shop.notify(ORDER, "CONFIRMED"))
            .await,
    );
    operations
}

async fn reads(shop: &ModelShop) -> [Operation; 7] {
    let page =
        |limit: &'static str| move |event: &mut Value| event["queryStringParameters"] = json!({ "limit": limit });
    let all = |event: &mut Value| event["queryStringParameters"] = json!({});
    let confirmed = |event: &mut Value| event["queryStringParameters"] = json!({ "status": "CONFIRMED" });
    [
        shop.count("products-list, 20 products", shop.get("products-list", page("20")))
            .await,
        shop.count("products-list, 100 products", shop.get("products-list", page("100")))
            .await,
        shop.count(
            "products-get",
            shop.get("products-get", |event| event["pathParameters"]["sku"] = json!(LAMP)),
        )
        .await,
        shop.count("orders-get", shop.get("orders-get", |_| {})).await,
        shop.count("orders-events", shop.get("orders-events", |_| {})).await,
        shop.count("orders-list", shop.get("orders-list", all)).await,
        shop.count("orders-list, by status", shop.get("orders-list", confirmed))
            .await,
    ]
}

async fn cancel(shop: &ModelShop) -> Vec<Operation> {
    let begin = async {
        shop.functions.send("orders-cancel").await.unwrap();
    };
    let mut operations = vec![shop.count("orders-cancel", begin).await];
    for step in ["saga-refund-payment", "saga-release-stock", "saga-cancel-order"] {
        operations.push(shop.count(step, shop.step(step, ORDER)).await);
    }
    operations
}

async fn rejection(shop: &ModelShop) -> Vec<Operation> {
    let items = json!([{ "sku": LAMP, "quantity": 1 }]);
    shop.functions.place("id-rejected", "tok_declined", &items).await;
    shop.functions
        .step("saga-authorize-payment", "id-rejected")
        .await
        .unwrap_err();
    let reject = async {
        let input = json!({
            "order_id": "id-rejected", "correlation_id": "req-7f3a2b10", "reason": "payment_declined",
        });
        shop.functions.invoke("saga-reject-order", input).await.unwrap();
    };
    vec![
        shop.count("saga-void-payment", shop.step("saga-void-payment", "id-rejected"))
            .await,
        shop.count("saga-reject-order", reject).await,
    ]
}

async fn sweeps(shop: &ModelShop) -> [Operation; 2] {
    let idle = shop.count("saga-reconcile, nothing overdue", shop.sweep()).await;
    let items = json!([{ "sku": LAMP, "quantity": 1 }]);
    shop.functions.place(OTHER_ORDER, "tok_ok", &items).await;
    shop.functions.clock.advance(OVERDUE_AFTER + Duration::from_secs(1));
    [idle, shop.count("saga-reconcile, an overdue order", shop.sweep()).await]
}
