//! Tests that a list takes no longer in a shop with 50,000 orders, and that a damaged row hides no other.

use std::sync::atomic::Ordering;

use domain::catalog::ports::ProductCatalog as _;
use domain::fulfilment::ports::{OrderBook as _, OverdueQuery, ParkedOrders as _};
use domain::orders::ports::{OrderQuery, OrderRepository as _};
use domain::values::{CustomerId, OrderStatus, Sku, Timestamp};

use crate::catalog::SqliteProductCatalog;
use crate::executions;
use crate::order_book::SqliteOrderBook;
use crate::orders::{SqliteOrderRepository, recent};
use crate::{Database, expiry};

const LINES: &str = r#"[{"sku":"MUG-01","quantity":2,"unit_price_minor":1250,"currency":"EUR"}]"#;
/// More steps than a list of a small shop may take in a large one: the depth of the tree.
const STEPS_MORE_MAX: u64 = 200;

/// Three parked and three open orders among many that were confirmed, and as many executions as orders.
async fn shop_with(confirmed: u32) -> Database {
    let database = Database::in_memory().unwrap();
    let fill = move |connection: &rusqlite::Connection| {
        connection.execute(
            "INSERT INTO orders (id, customer_id, status, lines, total_minor, currency, payment_token, correlation_id,
                                 parked_from, parking_execution, parking_error, parking_cause, created_at, updated_at)
             WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?1 + 6),
             statuses AS (SELECT i, CASE WHEN i <= 3 THEN 'PARKED' WHEN i <= 6 THEN 'PENDING' ELSE 'CONFIRMED' END AS s
                          FROM numbers)
             SELECT 'o-' || i, 'ann', s, ?2, 2500, 'EUR', 'tok_ok', 'c-1', iif(s = 'PARKED', 'PENDING', NULL),
                    iif(s = 'PARKED', 'x', NULL), iif(s = 'PARKED', 'x', NULL), iif(s = 'PARKED', 'x', NULL), i, i
             FROM statuses",
            rusqlite::params![confirmed, LINES],
        )?;
        connection.execute(
            "INSERT INTO executions (kind, name, input, status, started_at)
             SELECT 'order', id, '{}', iif(status = 'PENDING', 'RUNNING', 'SUCCEEDED'), created_at FROM orders
             ORDER BY created_at",
            [],
        )?;
        connection.execute(
            "INSERT INTO products (sku, name, description, price_minor, currency)
             SELECT 'SKU-' || id, 'Mug', '', 1250, 'EUR' FROM orders",
            [],
        )
    };
    database.call("fill the shop", fill).await.unwrap();
    database
}

fn query(status: Option<OrderStatus>) -> OrderQuery {
    OrderQuery {
        customer: CustomerId::parse("ann").unwrap(),
        status,
        after: None,
        limit: 20,
    }
}

fn overdue_query(limit: usize) -> OverdueQuery {
    OverdueQuery {
        before: Timestamp::from_unix_ms(i64::MAX),
        after: None,
        limit,
    }
}

/// The steps of each list, by name.
async fn steps_of_lists(confirmed: u32) -> Vec<(&'static str, u64)> {
    let database = shop_with(confirmed).await;
    let orders = SqliteOrderRepository {
        database: database.clone(),
    };
    let book = SqliteOrderBook {
        database: database.clone(),
    };
    let catalog = SqliteProductCatalog {
        database: database.clone(),
    };
    let steps = database.count_steps();
    let taken = || steps.swap(0, Ordering::Relaxed);
    let mut counted = Vec::new();
    assert_eq!(orders.list(&query(None)).await.unwrap().orders.len(), 20);
    counted.push(("orders", taken()));
    let parked = orders.list(&query(Some(OrderStatus::Parked))).await.unwrap();
    assert_eq!(parked.orders.len(), 3);
    counted.push(("orders by status", taken()));
    assert_eq!(book.list(100).await.unwrap().parked.len(), 3);
    counted.push(("parked orders", taken()));
    assert_eq!(book.overdue(&overdue_query(100)).await.unwrap().orders.len(), 3);
    counted.push(("overdue orders", taken()));
    assert_eq!(catalog.list(None, 20).await.unwrap().products.len(), 20);
    counted.push(("products", taken()));
    let latest = |connection: &rusqlite::Connection| Ok((recent(connection, 20)?, executions::recent(connection, 20)?));
    assert_eq!(database.call("list recent", latest).await.unwrap().0.len(), 20);
    counted.push(("recent orders and executions", taken()));
    let running = |connection: &rusqlite::Connection| executions::running_after(connection, 0, 100);
    assert_eq!(database.call("find running", running).await.unwrap().len(), 3);
    counted.push(("running executions", taken()));
    counted
}

#[tokio::test]
async fn a_list_reads_no_more_in_a_shop_with_fifty_thousand_orders() {
    let small = steps_of_lists(100).await;
    let large = steps_of_lists(50_000).await;
    for ((name, small), (_, large)) in small.into_iter().zip(large) {
        assert!(
            large <= small + STEPS_MORE_MAX,
            "{name}: {small} steps in a small shop, {large} in a large one"
        );
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_hides_no_other() {
    let database = shop_with(3).await;
    let damage = |connection: &rusqlite::Connection| {
        connection.execute_batch(
            "UPDATE orders SET lines = '[' WHERE id IN ('o-2', 'o-5', 'o-9');
             UPDATE orders SET currency = 'nothing' WHERE id = 'o-8';
             UPDATE products SET thumbnails = '{' WHERE sku = 'SKU-o-2';
             UPDATE products SET name = CAST(x'ff' AS TEXT) WHERE sku = 'SKU-o-3';
             UPDATE executions SET kind = 'dance' WHERE name = 'o-4'",
        )
    };
    database.call("damage rows", damage).await.unwrap();
    let orders = SqliteOrderRepository {
        database: database.clone(),
    };
    let book = SqliteOrderBook {
        database: database.clone(),
    };
    let ids = |orders: Vec<domain::orders::order::Order>| -> Vec<String> {
        orders.into_iter().map(|order| order.id.to_string()).collect()
    };
    let all = orders.list(&query(None)).await.unwrap();
    assert_eq!(ids(all.orders), ["o-7", "o-6", "o-4", "o-3", "o-1"]);
    assert_eq!(all.unreadable.len(), 4);
    let first = orders
        .list(&OrderQuery {
            limit: 4,
            ..query(None)
        })
        .await
        .unwrap();
    assert_eq!(ids(first.orders), ["o-7", "o-6"]);
    let second = orders
        .list(&OrderQuery {
            limit: 2,
            after: first.next,
            ..query(None)
        })
        .await
        .unwrap();
    assert_eq!(
        (ids(second.orders), second.unreadable.len()),
        (vec!["o-4".to_owned()], 1),
        "a damaged row takes a place of the page"
    );
    let parked: Vec<String> = book
        .list(10)
        .await
        .unwrap()
        .parked
        .into_iter()
        .map(|parked| parked.order.id.to_string())
        .collect();
    assert_eq!(parked, ["o-1", "o-3"]);
    let overdue = book.overdue(&overdue_query(10)).await.unwrap();
    assert_eq!(overdue.orders.len(), 2);
    let catalog = SqliteProductCatalog {
        database: database.clone(),
    };
    let products = catalog
        .list(Sku::parse("SKU-o-1").ok().as_ref(), 2)
        .await
        .unwrap()
        .products;
    let skus: Vec<&str> = products.iter().map(|product| product.sku.as_str()).collect();
    assert_eq!(skus, ["SKU-o-4", "SKU-o-5"]);
}

#[tokio::test]
async fn an_execution_that_cannot_be_read_fails_and_those_behind_it_run() {
    let database = shop_with(1).await;
    let found = database.call("damage an execution", |connection| {
        connection.execute("UPDATE executions SET kind = 'dance' WHERE name = 'o-4'", [])?;
        connection.execute("UPDATE executions SET input = '{' WHERE name = 'o-5'", [])?;
        let names = |found: Vec<(i64, executions::Execution)>| -> Vec<String> {
            found.into_iter().map(|(_, execution)| execution.name).collect()
        };
        let first = names(executions::running_after(connection, 0, 1)?);
        let second = names(executions::running_after(connection, 0, 10)?);
        let failed = "SELECT count(*) FROM executions WHERE error = 'ExecutionUnreadable' AND status = 'FAILED'";
        let ended: i64 = connection.query_row(failed, [], |row| row.get(0))?;
        Ok((first, second, ended))
    });
    let (first, second, ended) = found.await.unwrap();
    assert!(first.is_empty(), "the damaged one was the first: {first:?}");
    assert_eq!(second, ["o-6"]);
    assert_eq!(ended, 2, "those that cannot be read have failed");
}

#[tokio::test]
async fn records_expire_and_what_an_order_still_needs_does_not() {
    let database = shop_with(1).await;
    let left = database.call("expire", |connection| {
        connection.execute_batch(
            "UPDATE executions SET ended_at = started_at WHERE status <> 'RUNNING';
             INSERT INTO executions (kind, name, input, status, started_at, ended_at)
             VALUES ('cancel', 'o-2-cancel', '{}', 'FAILED', 1, 1), ('cancel', 'o-7-cancel', '{}', 'SUCCEEDED', 1, 1);
             INSERT INTO sends VALUES ('old', 'SENT', 99), ('new', 'SENT', 100);
             INSERT INTO payments SELECT id, 'CAPTURED', 2500, 'EUR', 99 FROM orders;
             INSERT INTO stock_reservations SELECT id, 'CLOSED', '{}', 99 FROM orders;
             UPDATE stock_reservations SET state = 'COMMITTED' WHERE order_id = 'o-7';
             INSERT INTO stock_reservations VALUES ('o-gone', 'CLOSED', '{}', 99)",
        )?;
        expiry::remove_before(connection, 100)?;
        let names = |sql: &str| -> rusqlite::Result<Vec<String>> {
            connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
        };
        Ok([
            names("SELECT key FROM sends")?,
            names("SELECT order_id FROM payments ORDER BY order_id")?,
            names("SELECT order_id FROM stock_reservations ORDER BY order_id")?,
            names("SELECT name FROM executions ORDER BY name")?,
        ])
    });
    let open = ["o-1", "o-2", "o-3", "o-4", "o-5", "o-6"];
    let [sends, payments, reservations, executions] = left.await.unwrap();
    assert_eq!(sends, ["new"]);
    assert_eq!(payments, open);
    assert_eq!(
        reservations,
        [&open[..], &["o-7"]].concat(),
        "what a cancellation puts back stays"
    );
    assert_eq!(executions, ["o-1", "o-2", "o-2-cancel", "o-3", "o-4", "o-5", "o-6"]);
}
