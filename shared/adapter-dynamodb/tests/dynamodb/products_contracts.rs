//! Tests that the ports over the products, payments and gateway tables keep their contracts, on a local cloud.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use adapter_dynamodb::catalog::{DynamoCatalogWriter, DynamoPriceList, DynamoProductCatalog};
use adapter_dynamodb::gateway::DynamoSandboxGateway;
use adapter_dynamodb::payment_results::DynamoPaymentResults;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use aws_sdk_dynamodb::types::{ProjectionType, ScalarAttributeType};
use domain::catalog::ports::{CatalogVersion, CatalogWriter, ProductCatalog};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::ports::{
    Authorization, Capture, PaymentGateway, Refund, Reservation, StockLedger, StockLine, Void,
};
use domain::orders::ports::PriceList;
use domain::values::{OrderLines, Sku};
use port_contracts::catalog::ProductPorts;
use port_contracts::stock::StockPorts;
use port_contracts::{catalog, gateway, orders, payment_results, payments, stock};
use sandbox_gateway::ledger::LedgerEvent;
use tokio::task::JoinSet;

use crate::cloud::{self, Index};
use crate::samples::{clock, euros, line, now, order, sku, token};

/// Like `ProductsTable` in the template, at the last step of its indexes.
async fn products_table() -> Table {
    products_table_at(ShardedIndexes::Only).await
}

async fn products_table_at(step: ShardedIndexes) -> Table {
    let (name, hash, projection) = match step {
        ShardedIndexes::Added => ("by-sku", "listing", ProjectionType::All),
        ShardedIndexes::Read | ShardedIndexes::Only => ("by-shard", "list_shard", ProjectionType::KeysOnly),
    };
    let index = Index {
        name,
        hash,
        range: ("sku", ScalarAttributeType::S),
        projection,
    };
    let config = recorded_aws::local_cloud();
    let name = cloud::table(&config, &[index]).await;
    Table::new(&config, name).with_sharded_indexes(step)
}

/// Like `PaymentsTable` and `SandboxGatewayTable`.
async fn plain_table() -> Table {
    let config = recorded_aws::local_cloud();
    let name = cloud::table(&config, &[]).await;
    Table::new(&config, name)
}

async fn sandbox() -> DynamoSandboxGateway {
    DynamoSandboxGateway {
        table: plain_table().await,
        clock: clock(),
        answer_timeout: Duration::from_millis(20),
    }
}

async fn apply(table: &Table, sku: &Sku, stock: u32) {
    let row = CatalogRow {
        sku: sku.clone(),
        details: ProductDetails::new("A mug", "", euros(1_250)),
        stock,
    };
    let version = CatalogVersion {
        upload_sequence: 1,
        byte_offset: 0,
    };
    let writer = DynamoCatalogWriter::new(table);
    writer.apply(&row, version, now()).await.unwrap();
}

async fn available(table: &Table, sku: &Sku) -> u32 {
    let catalog = DynamoProductCatalog { table: table.clone() };
    catalog.find(sku).await.unwrap().unwrap().available
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn products_and_prices() {
    for step in [ShardedIndexes::Added, ShardedIndexes::Only] {
        let table = products_table_at(step).await;
        let ports = ProductPorts {
            writer: Arc::new(DynamoCatalogWriter::new(&table)),
            catalog: Arc::new(DynamoProductCatalog { table: table.clone() }),
            photos: Arc::new(DynamoProductPhotos { table: table.clone() }),
        };
        catalog::products(&ports).await;
        orders::price_list(&DynamoPriceList { table }, ports.writer.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn stock_of_products() {
    let table = products_table().await;
    let ports = StockPorts {
        stock: Arc::new(DynamoStockLedger { table: table.clone() }),
        writer: Arc::new(DynamoCatalogWriter::new(&table)),
        catalog: Arc::new(DynamoProductCatalog { table }),
    };
    stock::stock_ledger(&ports).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_payment_gateway() {
    let gateway = Arc::new(sandbox().await);
    gateway::payment_gateway(gateway, &token("tok_ok"), &token("tok_declined")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn payment_records() {
    let table = plain_table().await;
    let results = DynamoPaymentResults { table: table.clone() };
    payments::payment_records(Arc::new(DynamoPaymentRecords { table })).await;
    payment_results::payment_results(Arc::new(results)).await;
}

/// Orders of two products, half of them in either order, and everybody asks twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_crowd_buys_exactly_what_is_there() {
    const BUYERS: usize = 120;
    const MUGS: u32 = 50;
    const TEES: u32 = 90;
    let table = products_table().await;
    let (mug, tee) = (sku("MUG"), sku("TEE"));
    apply(&table, &mug, MUGS).await;
    apply(&table, &tee, TEES).await;
    let mut buyers = JoinSet::new();
    for number in 0..BUYERS * 2 {
        let stock = DynamoStockLedger { table: table.clone() };
        let mut lines = [line(&mug, 1), line(&tee, 2)];
        if number % 2 == 0 {
            lines.reverse();
        }
        buyers.spawn(async move {
            let order = order(number % BUYERS);
            let lines = OrderLines::new(lines.into()).unwrap();
            let answer = stock.reserve(&order, &lines, now()).await.unwrap();
            (order, answer)
        });
    }
    let mut sold = BTreeMap::new();
    for (order, answer) in buyers.join_all().await {
        match answer {
            Reservation::Reserved => *sold.entry(order).or_insert(0) += 1,
            Reservation::OutOfStock(short) => assert_eq!(short, std::slice::from_ref(&tee)),
            Reservation::Closed => panic!("nobody gave anything back"),
        }
    }
    // The tees end first: two of them go with each mug.
    assert_eq!(sold.len(), 45);
    assert_eq!((available(&table, &mug).await, available(&table, &tee).await), (5, 0));

    // All of it comes back, and not a unit more.
    let stock = DynamoStockLedger { table: table.clone() };
    for order in sold.keys() {
        for _ in 0..2 {
            stock.give_back(order, now()).await.unwrap();
        }
    }
    let back = (available(&table, &mug).await, available(&table, &tee).await);
    assert_eq!(back, (MUGS, TEES));
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_largest_order_is_one_transaction_and_its_prices_one_call() {
    const LINES: usize = 50;
    let table = products_table().await;
    let skus: Vec<Sku> = (0..LINES).map(|number| sku(&format!("SKU-{number:02}"))).collect();
    for sku in &skus {
        apply(&table, sku, 99).await;
    }
    let prices = DynamoPriceList { table: table.clone() };
    assert_eq!(prices.prices(&skus).await.unwrap().len(), LINES);

    let stock = DynamoStockLedger { table: table.clone() };
    let lines: Vec<StockLine> = skus.iter().map(|sku| line(sku, 99)).collect();
    let lines = OrderLines::new(lines).unwrap();
    let reserved = stock.reserve(&order(1), &lines, now()).await.unwrap();
    assert_eq!(reserved, Reservation::Reserved);
    let short = stock.reserve(&order(2), &lines, now()).await.unwrap();
    assert_eq!(short, Reservation::OutOfStock(skus.clone()));
    stock.commit(&order(1), now()).await.unwrap();
    stock.give_back(&order(1), now()).await.unwrap();
    assert_eq!(available(&table, &skus[LINES - 1]).await, 99);
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_gateways_ledger_holds_each_movement_once() {
    let gateway = sandbox().await;
    let (kept, freed) = (order(1), order(2));
    for _ in 0..2 {
        let failure = gateway
            .authorize(&kept, euros(2_500), &token("tok_flaky"))
            .await
            .unwrap_err();
        assert!(failure.transient);
    }
    for _ in 0..2 {
        let answer = gateway.authorize(&kept, euros(2_500), &token("tok_flaky")).await;
        assert_eq!(answer.unwrap(), Authorization::Authorized);
        gateway.capture(&kept).await.unwrap();
    }
    let down = gateway
        .authorize(&freed, euros(1), &token("tok_down"))
        .await
        .unwrap_err();
    assert!(down.transient);
    for _ in 0..2 {
        assert_eq!(gateway.refund(&kept).await.unwrap(), Refund::Refunded(euros(2_500)));
        assert_eq!(gateway.void(&freed).await.unwrap(), Void::Voided);
    }
    let ledger = gateway.ledger().await.unwrap();
    let movements: Vec<_> = ledger
        .iter()
        .map(|entry| (&entry.payment, entry.event, entry.amount))
        .collect();
    let amount = Some(euros(2_500));
    let expected = [
        (&kept, LedgerEvent::Authorized, amount),
        (&kept, LedgerEvent::Captured, amount),
        (&kept, LedgerEvent::Refunded, amount),
        (&freed, LedgerEvent::Voided, None),
    ];
    assert_eq!(movements, expected);
    assert!(ledger.iter().all(|entry| entry.at == now()));
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_refused_capture_is_remembered() {
    let gateway = sandbox().await;
    let answer = gateway
        .authorize(&order(1), euros(1), &token("tok_capture_fails"))
        .await;
    assert_eq!(answer.unwrap(), Authorization::Authorized);
    assert_eq!(gateway.capture(&order(1)).await.unwrap(), Capture::Refused);
}
