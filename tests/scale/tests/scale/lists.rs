//! Lists, sweeps and the backfill over the model, at every step of the indexes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapter_dynamodb::backfill::{self, Backfilled};
use adapter_dynamodb::catalog::{DynamoCatalogWriter, DynamoProductCatalog};
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::table::Table;
use domain::catalog::ports::ProductCatalog as _;
use domain::fulfilment::ports::{OrderBook as _, OverduePage, OverduePosition, OverdueQuery};
use domain::values::{Sku, Timestamp};
use port_contracts::catalog::ProductPorts;
use scale::connection;
use scale::model::Model;
use scale::operations::{ModelShop, sku};
use serde_json::{Value, json};
use tests::table_indexes::{self, STEPS};

/// A table of the model with this content, read as the step says.
fn table(step: &str, name: &str, items: Vec<Value>) -> (Table, Arc<Mutex<Model>>) {
    let mut model = Model::new(&table_indexes::in_template(step));
    for item in items {
        let key = item["pk"]["S"].as_str().unwrap().to_owned();
        model.tables.get_mut(name).unwrap().items.insert(key, item);
    }
    let model = Arc::new(Mutex::new(model));
    let table = Table::new(&connection::config(&model, Duration::ZERO), name);
    let table = table.with_sharded_indexes(ShardedIndexes::parse(step).unwrap());
    (table, model)
}

fn items(model: &Mutex<Model>, table: &str) -> Vec<Value> {
    model.lock().unwrap().tables[table].items.values().cloned().collect()
}

/// An order of an earlier release, which has no shard.
fn order(number: u32, open: Option<&str>) -> Value {
    let id = format!("order-{number}");
    let mut item = json!({
        "pk": { "S": format!("order#{id}") },
        "kind": { "S": "ORDER" },
        "order_id": { "S": id },
        "customer_id": { "S": "ann" },
        "created_order": { "S": format!("1700000000000#order-{number}") },
        "status": { "S": if open.is_some() { "PENDING" } else { "CONFIRMED" } },
        "lines": { "S": r#"[{"sku":"MUG","quantity":2,"unit_price_minor":125,"currency":"EUR"}]"# },
        "total_minor": { "N": "250" },
        "currency": { "S": "EUR" },
        "payment_token": { "S": "tok_ok" },
        "correlation_id": { "S": "request-1" },
        "created_at": { "N": "1700000000000" },
        "updated_at": { "N": (1_700_000_000_000_u64 + u64::from(number)).to_string() },
    });
    if let Some(open) = open {
        item["open"] = json!({ "S": open });
    }
    item
}

async fn overdue_page(table: &Table, after: Option<OverduePosition>, limit: usize) -> OverduePage {
    let book = DynamoOrderBook { table: table.clone() };
    let query = OverdueQuery {
        before: Timestamp::from_unix_ms(1_800_000_000_000),
        after,
        limit,
    };
    book.overdue(&query).await.unwrap()
}

fn ids(page: &OverduePage) -> Vec<String> {
    page.orders.iter().map(|order| order.id.to_string()).collect()
}

async fn overdue(table: &Table, limit: usize) -> Vec<String> {
    ids(&overdue_page(table, None, limit).await)
}

/// All orders, read page by page.
async fn swept(table: &Table, limit: usize) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = overdue_page(table, after, limit).await;
        assert!(page.orders.len() <= limit);
        found.extend(ids(&page));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn listed(table: &Table, limit: usize) -> Vec<String> {
    let catalog = DynamoProductCatalog { table: table.clone() };
    let (mut skus, mut after): (Vec<String>, Option<Sku>) = (Vec::new(), None);
    loop {
        let page = catalog.list(after.as_ref(), limit).await.unwrap();
        skus.extend(page.products.iter().map(|product| product.sku.to_string()));
        after = page.next;
        if after.is_none() {
            return skus;
        }
    }
}

/// The contract of the port, which MiniStack's tests keep as well.
#[tokio::test(start_paused = true)]
async fn the_catalog_keeps_its_contract_at_every_step() {
    for step in STEPS {
        let (table, _) = table(step, "ProductsTable", Vec::new());
        let ports = ProductPorts {
            writer: Arc::new(DynamoCatalogWriter::new(&table)),
            catalog: Arc::new(DynamoProductCatalog { table: table.clone() }),
            photos: Arc::new(DynamoProductPhotos { table }),
        };
        port_contracts::catalog::products(&ports).await;
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_every_size_list_each_product_once_and_in_order() {
    let shop = ModelShop::open("only");
    for number in (0..60).rev() {
        shop.apply(&sku(number), 1_250, 1).await;
    }
    let items = items(&shop.model, "ProductsTable");
    let expected: Vec<String> = (0..60).map(sku).collect();
    for step in STEPS {
        let (table, _) = table(step, "ProductsTable", items.clone());
        for limit in [1, 7, 59, 60, 61, 100] {
            assert_eq!(listed(&table, limit).await, expected, "{step}, {limit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_stock_of_a_page_is_that_of_the_table() {
    let shop = ModelShop::open("only");
    shop.apply("MUG", 1_250, 1).await;
    let mut item = items(&shop.model, "ProductsTable").remove(0);
    item["available"] = json!({ "N": "3" });
    let (table, _) = table("only", "ProductsTable", vec![item]);
    let page = DynamoProductCatalog { table }.list(None, 20).await.unwrap();
    assert_eq!((page.products[0].available, page.next), (3, None));
}

#[tokio::test(start_paused = true)]
async fn damaged_products_hide_no_others_even_where_they_fill_a_page() {
    let shop = ModelShop::open("only");
    for number in 0..6 {
        shop.apply(&sku(number), 1_250, 1).await;
    }
    let mut items = items(&shop.model, "ProductsTable");
    items[1]["price_minor"] = json!({ "N": "-1" });
    // A SKU that a later release no longer accepts.
    for item in &mut items[2..4] {
        let text = format!("{} ", item["sku"]["S"].as_str().unwrap());
        item["sku"] = json!({ "S": text });
    }
    for step in STEPS {
        let (table, _) = table(step, "ProductsTable", items.clone());
        for limit in [1, 2, 20] {
            assert_eq!(listed(&table, limit).await, [sku(0), sku(4), sku(5)], "{step}, {limit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_finds_the_orders_that_waited_longest_first() {
    let orders: Vec<Value> = (0..300).map(|number| order(number * 7 % 300, Some("open"))).collect();
    let (table, model) = table("read", "OrdersTable", orders);
    backfill::orders(&table).await.unwrap();
    let expected: Vec<String> = (0..100).map(|number| format!("order-{number}")).collect();
    assert_eq!(overdue(&table, 100).await, expected);
    model.lock().unwrap().take_usage();
    assert_eq!(overdue(&table, 1).await, ["order-0"]);
}

#[tokio::test(start_paused = true)]
async fn the_pages_of_a_sweep_have_each_order_once_and_in_order() {
    // Three orders of each millisecond, so that pages end between them.
    let mut orders: Vec<Value> = (0..60).map(|number| order(number, Some("open"))).collect();
    for (item, number) in orders.iter_mut().zip(0_u64..) {
        item["updated_at"] = json!({ "N": (1_700_000_000_000 + number / 3).to_string() });
    }
    let mut expected: Vec<(u32, String)> = (0..60).map(|number| (number / 3, format!("order-{number}"))).collect();
    expected.sort_unstable();
    let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
    for step in STEPS {
        let (table, _) = table(step, "OrdersTable", orders.clone());
        backfill::orders(&table).await.unwrap();
        for limit in [7, 59, 60, 61] {
            assert_eq!(swept(&table, limit).await, expected, "{step}, {limit}");
        }
    }
}

/// So many orders of one shard that it answers in several rounds, among later orders of other shards.
#[tokio::test(start_paused = true)]
async fn a_full_shard_is_not_overtaken_by_the_others() {
    let mut orders: Vec<Value> = (0..200).map(|number| order(number, Some("open"))).collect();
    for item in &mut orders {
        item["open_shard"] = json!({ "S": "open#001" });
    }
    for number in 200..210 {
        let mut item = order(number, Some("open"));
        item["updated_at"] = json!({ "N": (1_700_000_000_000_u64 + u64::from(number) - 150).to_string() });
        item["open_shard"] = json!({ "S": "open#002" });
        orders.push(item);
    }
    // An earlier release has confirmed the first ones, and left their shard.
    for item in &mut orders[..40] {
        item["status"] = json!({ "S": "CONFIRMED" });
        item.as_object_mut().unwrap().remove("open");
    }
    let mut expected: Vec<(u64, String)> = (40..210_u64)
        .map(|number| {
            (
                if number < 200 { number } else { number - 150 },
                format!("order-{number}"),
            )
        })
        .collect();
    expected.sort_unstable();
    let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
    let (table, _) = table("read", "OrdersTable", orders);
    for limit in [25, 100] {
        assert_eq!(swept(&table, limit).await, expected, "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn entries_that_an_earlier_release_left_behind_starve_no_order() {
    let (table, model) = table(
        "read",
        "OrdersTable",
        (0..400).map(|number| order(number, Some("open"))).collect(),
    );
    backfill::orders(&table).await.unwrap();
    // The earlier release confirms the oldest ones, and does not know of their shards.
    for number in 0..390 {
        let mut model = model.lock().unwrap();
        let item = model
            .tables
            .get_mut("OrdersTable")
            .unwrap()
            .items
            .get_mut(&format!("order#order-{number}"));
        let item = item.unwrap().as_object_mut().unwrap();
        item.insert("status".to_owned(), json!({ "S": "CONFIRMED" }));
        item.remove("open");
    }
    let open: Vec<String> = (390..400).map(|number| format!("order-{number}")).collect();
    let found = overdue(&table, 5).await;
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|id| open.contains(id)), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_order_hides_no_other_from_a_sweep() {
    for step in STEPS {
        let mut orders: Vec<Value> = (0..3).map(|number| order(number, Some("open"))).collect();
        orders[1]["lines"] = json!({ "S": "[" });
        let (table, _) = table(step, "OrdersTable", orders);
        backfill::orders(&table).await.unwrap();
        let page = overdue_page(&table, None, 100).await;
        assert_eq!(ids(&page), ["order-0", "order-2"], "{step}");
        let keys: Vec<&str> = page.unreadable.iter().map(|item| item.key.as_str()).collect();
        assert_eq!((keys, page.next), (vec!["order#order-1"], None), "{step}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_backfill_gives_every_item_its_shard_once() {
    let shop = ModelShop::open("only");
    for number in 0..40 {
        shop.apply(&sku(number), 1_250, 1).await;
    }
    let written = items(&shop.model, "ProductsTable");
    let mut earlier = written.clone();
    for item in &mut earlier {
        item.as_object_mut().unwrap().remove("list_shard");
    }
    // A photo without a product is not on the list.
    let photo = json!({ "pk": { "S": "product#LATER" }, "photo_sequence": { "N": "1" } });
    earlier.push(photo.clone());
    let (products, model) = table("read", "ProductsTable", earlier);
    assert!(listed(&products, 20).await.is_empty());
    let all = Backfilled {
        found: 40,
        corrected: 40,
    };
    assert_eq!(backfill::products(&products).await.unwrap(), all);
    let mut expected = written;
    expected.push(photo);
    expected.sort_by_key(|item| item["pk"]["S"].as_str().map(str::to_owned));
    assert_eq!(items(&model, "ProductsTable"), expected);
    assert_eq!(backfill::products(&products).await.unwrap(), Backfilled::default());
    assert_eq!(listed(&products, 20).await.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn the_backfill_corrects_what_an_earlier_release_changed() {
    let mut settled = order(1, None);
    settled["open_shard"] = json!({ "S": "open#001" });
    let mut parked = order(2, Some("parked"));
    parked["open_shard"] = json!({ "S": "open#001" });
    let (table, model) = table(
        "read",
        "OrdersTable",
        vec![settled, parked, order(3, Some("open")), order(4, None)],
    );
    let corrected = Backfilled { found: 3, corrected: 3 };
    assert_eq!(backfill::orders(&table).await.unwrap(), corrected);
    assert_eq!(backfill::orders(&table).await.unwrap(), Backfilled::default());
    let shards: Vec<Option<String>> = items(&model, "OrdersTable")
        .iter()
        .map(|item| item["open_shard"]["S"].as_str().map(|shard| shard[..4].to_owned()))
        .collect();
    assert_eq!(shards, [None, Some("park".to_owned()), Some("open".to_owned()), None]);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_item_is_logged_with_its_key_and_counted() {
    let shop = ModelShop::open("only");
    shop.apply("GOOD", 1_250, 1).await;
    shop.apply("BAD", 1_250, 1).await;
    {
        let mut model = shop.model.lock().unwrap();
        let bad = model
            .tables
            .get_mut("ProductsTable")
            .unwrap()
            .items
            .get_mut("product#BAD")
            .unwrap();
        bad["currency"] = json!({ "S": "euro" });
    }
    function_tests::log::taken();
    let mut event = function_tests::event("products-list");
    event["queryStringParameters"] = json!({});
    let answer = function_tests::http(shop.functions.invoke("products-list", event).await);
    assert_eq!(answer["status"], 200);
    let lines = function_tests::log::taken();
    let line = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(line("unreadable item skipped") && line("product#BAD"), "{lines:?}");
    assert!(line("\"UnreadableItems\":1"), "{lines:?}");
}
