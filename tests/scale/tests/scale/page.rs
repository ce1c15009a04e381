//! The page and the budgets of the shared keys.

use std::sync::LazyLock;

use scale::keys::{self, by_kind, path, shared_keys};
use scale::operations::{self, ORDER_PATH, Operation};
use scale::page::{PAGE, below, order_limits, render, single_product_ceiling};
use tests::page;

/// What an operation may take of the keys that it shares with others: table or index, key, write units, halves of read
/// units on one key. A figure that grows makes a hot key hotter: docs/scale.md shows what that costs.
const BUDGETS: [(&str, &str, &str, u64, u64); 20] = [
    ("row: new product", "ProductsTable", "product#…", 1, 0),
    ("row: new product", "ProductsTable/by-shard", "catalog#…", 1, 0),
    ("row: changed product", "ProductsTable", "product#…", 1, 0),
    ("row: unchanged product", "ProductsTable", "product#…", 1, 0),
    ("row: older than the product", "ProductsTable", "product#…", 1, 0),
    ("orders-place", "ProductsTable", "product#…", 0, 2),
    ("orders-place", "OrdersTable/open-by-shard", "open#…", 2, 0),
    ("saga-reserve-stock", "ProductsTable", "product#…", 2, 0),
    ("saga-confirm-order", "ProductsTable", "product#…", 2, 0),
    ("saga-confirm-order", "OrdersTable/open-by-shard", "open#…", 1, 0),
    ("saga-release-stock", "ProductsTable", "product#…", 2, 0),
    ("saga-cancel-order", "OrdersTable/open-by-shard", "open#…", 1, 0),
    ("saga-reject-order", "OrdersTable/open-by-shard", "open#…", 1, 0),
    ("orders-cancel", "OrdersTable/open-by-shard", "open#…", 1, 0),
    (
        "products-list, 20 products",
        "ProductsTable/by-shard",
        "catalog#…",
        0,
        1,
    ),
    ("products-get", "ProductsTable", "product#…", 0, 2),
    (
        "saga-reconcile, nothing overdue",
        "OrdersTable/open-by-shard",
        "open#…",
        0,
        1,
    ),
    ("thumbnailer, a photo", "ProductsTable", "product#…", 1, 0),
    ("thumbnailer, a photo", "ImportsTable", "counter#uploads", 1, 0),
    ("uploads-create", "ImportsTable", "counter#uploads", 1, 0),
];
/// What the shop is built for.
const ORDERS_PER_SECOND: u64 = 40_000;
/// A product of up to a KB: a reservation and a commit, each twice.
const ORDERS_OF_ONE_PRODUCT: u64 = 250;

/// The operations with the sharded indexes only, and with those of the last release beside them.
pub(crate) static ONLY: LazyLock<Vec<Operation>> = LazyLock::new(|| counted("only"));
static ADDED: LazyLock<Vec<Operation>> = LazyLock::new(|| counted("added"));

fn counted(step: &str) -> Vec<Operation> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(operations::all(step))
}

fn find<'a>(operations: &'a [Operation], name: &str) -> &'a Operation {
    operations
        .iter()
        .find(|operation| operation.name == name)
        .unwrap_or_else(|| panic!("{name} is not counted"))
}

#[test]
fn the_page_on_scale_is_current() {
    page::agrees(PAGE, &render(&ONLY, &ADDED), str::to_owned);
}

#[test]
fn no_shared_key_gets_hotter() {
    let operations = &*ONLY;
    for (name, resource, pattern, writes, read_halves) in BUDGETS {
        let usage = &find(operations, name).usage;
        let places = usage.places.iter().filter(|(place, _)| {
            let kind = keys::KeyKind::of(place);
            kind.resource == resource && kind.pattern == pattern
        });
        let units: Vec<_> = places.map(|(_, units)| units).collect();
        assert!(
            !units.is_empty(),
            "{name} no longer touches {pattern} of {resource}: remove the budget"
        );
        let hottest_write = units.iter().map(|units| units.writes).max().unwrap();
        let hottest_read = units.iter().map(|units| units.read_halves).max().unwrap();
        assert!(
            hottest_write <= writes,
            "{name}: {hottest_write} write units on {pattern} of {resource}, budget {writes}"
        );
        assert!(
            hottest_read <= read_halves,
            "{name}: {hottest_read} half read units on {pattern}, budget {read_halves}"
        );
    }
    // Every shared key that is written has a budget.
    for operation in operations {
        for (kind, units) in by_kind(&operation.usage) {
            let has_budget = BUDGETS.iter().any(|(name, resource, pattern, ..)| {
                *name == operation.name && kind.resource == *resource && kind.pattern == *pattern
            });
            let is_shared = kind.shared().is_some() && units.writes > 0;
            assert!(
                !is_shared || has_budget,
                "{} writes to {kind:?}, which has no budget",
                operation.name
            );
        }
    }
}

#[test]
fn the_hottest_key_of_an_order_allows_40_000_orders_a_second() {
    let hottest = |operations: &[Operation]| shared_keys(&path(operations, &ORDER_PATH))[0].3;
    assert!(hottest(&ONLY) >= ORDERS_PER_SECOND);
    // The indexes of the last release did not.
    assert!(hottest(&ADDED) < 1_000);
}

#[test]
fn one_product_takes_250_orders_a_second() {
    let operations = &*ONLY;
    assert_eq!(single_product_ceiling(operations), ORDERS_OF_ONE_PRODUCT);
}

#[test]
fn an_import_and_an_order_share_no_key_but_the_product() {
    let operations = &*ONLY;
    let rows = ["row: new product", "row: changed product", "row: unchanged product"];
    let (order, import) = (path(operations, &ORDER_PATH), path(operations, &rows));
    let (order, import) = (by_kind(&order), by_kind(&import));
    let common: Vec<&str> = order
        .keys()
        .filter(|kind| import.contains_key(kind))
        .map(|kind| kind.pattern.as_str())
        .collect();
    assert_eq!(common, ["product#…"]);
}

#[test]
fn mails_give_way_first_and_keys_last() {
    let limits = order_limits(&ONLY);
    assert!(limits[0].name.contains("SES"), "{}", limits[0].name);
    let keys = |rate| {
        below(&limits, rate)
            .iter()
            .filter(|limit| limit.name.contains("keys"))
            .count()
    };
    assert_eq!((keys(1_000), keys(ORDERS_PER_SECOND)), (0, 0));
    assert!(below(&limits, 10).len() < below(&limits, 1_000).len());
}
