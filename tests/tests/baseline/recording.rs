//! Records the data folder of the baseline: a host whose work has ended is copied, and the copies get new work and are
//! killed, until one copy had work of every kind in progress.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::baseline;
use tests::catalog;
use tests::client::Client;
use tests::photo::sideways_photo_of;

use crate::host::{DATABASES, LARGE_ROWS, LARGE_SKUS, SKU, STOCK, Shop, milliseconds_now, shown, start};
use crate::sql;

/// A product that does not exist.
const NO_SKU: &str = "NO-SUCH";
/// A refund has nine attempts, up to a minute apart.
const PARKED_WITHIN: Duration = Duration::from_mins(5);
const INTERRUPTIONS_MAX: usize = 50;
/// The work that must be in progress when the host is killed: the saga of an order, a cancel, an import with a
/// checkpoint, an order change without a saga, and objects whose functions have not ended.
const UNDER_WAY: [&str; 6] = [
    "SELECT count(*) FROM executions WHERE status = 'RUNNING' AND kind = 'order'",
    "SELECT count(*) FROM executions WHERE status = 'RUNNING' AND kind = 'cancel'",
    "SELECT count(*) FROM import_ranges WHERE is_done = 0 AND rows_read > 0",
    "SELECT max(sequence) > (SELECT min(sequence) FROM stream_positions) FROM order_stream",
    "SELECT count(*) FROM queue_messages WHERE body LIKE '%photos/%'",
    "SELECT count(*) FROM asynchronous_invocations WHERE event LIKE '%catalogs/%'",
];

pub(crate) fn record() {
    let settled = tempfile::tempdir().unwrap();
    let left = settle(settled.path());
    for _ in 0..INTERRUPTIONS_MAX {
        let folder = tempfile::tempdir().unwrap();
        baseline::copy_folder(settled.path(), folder.path());
        let left = interrupt(folder.path(), left.clone());
        let database = Connection::open(folder.path().join("popshop.sqlite3")).unwrap();
        let under_way = UNDER_WAY.map(|query| database.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap());
        drop(database);
        if under_way.iter().all(|count| *count > 0) {
            return keep(folder.path(), &left);
        }
        eprintln!("only a part of the work was in progress: {under_way:?}");
    }
    panic!("{INTERRUPTIONS_MAX} hosts were killed, none with work of every kind in progress");
}

fn keep(folder: &Path, left: &Value) {
    for name in DATABASES {
        let file = folder.join(format!("{name}.sqlite3"));
        let text = sql::dump(&Connection::open(&file).unwrap());
        std::fs::write(folder.join(format!("{name}.sql")), text).unwrap();
        for suffix in ["", "-shm", "-wal"] {
            // Closing the last connection removes the other two files.
            std::fs::remove_file(folder.join(format!("{name}.sqlite3{suffix}"))).unwrap_or_default();
        }
    }
    std::fs::remove_file(folder.join("popshop.lock")).unwrap();
    let kept = baseline::path("local-host");
    std::fs::remove_dir_all(&kept).unwrap_or_default();
    baseline::copy_folder(folder, &kept);
    baseline::write("local-host/left.json", left);
}

fn settle(folder: &Path) -> Value {
    let host = start(folder);
    let shop = Shop::at(&host.client);
    let (small, _) = catalog::repeating("SMALL", 100, 3, 0);
    let stock = catalog::one_product(SKU, "3.00", u32::try_from(STOCK).unwrap());
    let files = [
        ("stock.csv", stock.as_str()),
        ("small.csv", &small),
        ("wrong.csv", "sku;name\n"),
    ];
    let mut uploads: Vec<Value> = Vec::new();
    for (name, file) in files {
        let created = host.client.upload_catalog(&shop.olga, name, file.as_bytes());
        uploads.push(settled(&shop, &created));
    }
    let created = host.client.upload(&shop.olga, &photo_of(SKU), &photo());
    uploads.push(settled(&shop, &created));
    let mut orders = Vec::new();
    for (name, quantity, payment_token, end, reason) in [
        ("ok", 1, "tok_ok", "CONFIRMED", None),
        ("flaky", 2, "tok_flaky", "CONFIRMED", None),
        ("declined", 1, "tok_declined", "REJECTED", Some("payment_declined")),
        ("capture", 1, "tok_capture_fails", "REJECTED", Some("capture_refused")),
        ("down", 1, "tok_down", "REJECTED", Some("payment_unavailable")),
        ("cancelled", 4, "tok_ok", "CANCELLED", None),
        ("parked", 5, "tok_ok", "CANCELLED", None),
        ("to be cancelled", 6, "tok_ok", "CANCELLED", None),
    ] {
        let mut order = placed(&shop, name, quantity, payment_token, end);
        let id = order["id"].as_str().unwrap().to_owned();
        let decided = host.client.decided_order(&shop.ann, &id);
        let reached = if end == "CANCELLED" { "CONFIRMED" } else { end };
        assert_eq!(
            (&decided["status"], &decided["reason"]),
            (&json!(reached), &json!(reason)),
            "{name}"
        );
        order["reason"] = json!(reason);
        orders.push(order);
    }
    let id = |place: usize| orders[place]["id"].as_str().unwrap().to_owned();
    shop.cancel(&id(5));
    shop.wait_for_status(&id(5), "CANCELLED", Duration::from_secs(30));
    shop.turn_payments(false);
    shop.cancel(&id(6));
    shop.wait_for_status(&id(6), "PARKED", PARKED_WITHIN);
    orders[6]["is_parked"] = json!(true);
    let freed = request("freed", NO_SKU, 1, "tok_ok");
    assert_eq!(shop.place(&freed).status, 422);
    let first = |path: &str| {
        host.client.get(path, Some(&shop.ann)).json()["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    // After the orders that will still change, and before the products that are still missing.
    let pages = [
        format!(
            "/orders?limit=3&status=REJECTED&cursor={}",
            first("/orders?limit=1&status=REJECTED")
        ),
        format!("/products?limit=3&cursor={}", first("/products?limit=1")),
    ];
    let pages = pages.map(|path| json!({ "path": path, "body": page_without_cursor(&host.client, &path, &shop.ann) }));
    host.kill();
    json!({ "orders": orders, "uploads": uploads, "freed": freed, "pages": pages })
}

fn interrupt(folder: &Path, mut left: Value) -> Value {
    let host = start(folder);
    let shop = Shop::at(&host.client);
    let client = &host.client;
    shop.turn_payments(false);
    let orders = left["orders"].as_array_mut().unwrap();
    shop.cancel(orders[7]["id"].as_str().unwrap());
    orders.push(placed(&shop, "running", 7, "tok_ok", "CONFIRMED"));
    let waiting = client.announce_catalog(&shop.olga, "waiting.csv", 5);
    let (large, _) = catalog::repeating("ROWS", LARGE_ROWS, LARGE_SKUS, 0);
    let late = catalog::one_product("YET-MUG", "4.00", 9);
    let large_url = client.announce_catalog(&shop.olga, "large.csv", large.len());
    let late_url = client.announce_catalog(&shop.olga, "late.csv", late.len());
    let photo_url = client.announce(&shop.olga, &photo_of("SMALL-000001"));
    client.put_file(&large_url, large.as_bytes());
    let status_url = large_url["status_url"].as_str().unwrap();
    client.wait_for("progress", || {
        let percent = client.get(status_url, Some(&shop.olga)).json()["import"]["percent"].as_u64();
        percent.is_some_and(|percent| percent > 0).then_some(())
    });
    let last = std::thread::scope(|scope| {
        scope.spawn(|| client.put_file(&late_url, late.as_bytes()));
        scope.spawn(|| client.put_file(&photo_url, &photo()));
        placed(&shop, "last", 8, "tok_ok", "CONFIRMED")
    });
    host.kill();
    orders.push(last);
    let numbers = |rows: u32, rejected: u32| json!({ "rows_read": rows, "rows_written": rows - rejected, "rows_rejected": rejected });
    let uploads = left["uploads"].as_array_mut().unwrap();
    for (created, end) in [
        (&waiting, json!({ "status": "WAITING" })),
        (
            &large_url,
            json!({ "status": "DONE", "import": numbers(LARGE_ROWS, LARGE_ROWS / 100) }),
        ),
        (&late_url, json!({ "status": "DONE", "import": numbers(1, 0) })),
        (&photo_url, json!({ "status": "DONE" })),
    ] {
        uploads.push(json!({ "status_url": created["status_url"], "end": end }));
    }
    left["recorded_at_ms"] = json!(milliseconds_now());
    left
}

fn request(key: &str, sku: &str, quantity: u32, payment_token: &str) -> Value {
    let body = json!({ "items": [{ "sku": sku, "quantity": quantity }], "payment_token": payment_token });
    json!({ "key": key.replace(' ', "-"), "body": body })
}

fn placed(shop: &Shop<'_>, key: &str, quantity: u32, payment_token: &str, end: &str) -> Value {
    let mut order = request(key, SKU, quantity, payment_token);
    let answer = shop.place(&order);
    order["id"] = answer.json()["id"].clone();
    order["answer"] = shown(&answer);
    order["end"] = json!(end);
    order
}

/// A finished upload, without links and times.
fn settled(shop: &Shop<'_>, created: &Value) -> Value {
    let path = created["status_url"].as_str().unwrap();
    let mut end = shop.client.settled_upload(&shop.olga, path);
    end.as_object_mut().unwrap().remove("created_at");
    if let Some(import) = end.get_mut("import").and_then(Value::as_object_mut) {
        import.remove("rejected_rows_url");
    }
    json!({ "status_url": path, "end": end })
}

fn page_without_cursor(client: &Client, path: &str, token: &str) -> Value {
    let mut page = client.get(path, Some(token)).json();
    page.as_object_mut().unwrap().remove("next_cursor");
    let products = page.get_mut("products").and_then(Value::as_array_mut);
    for item in products.into_iter().flatten() {
        // These change until the comparison.
        for member in ["available", "thumbnails"] {
            item.as_object_mut().unwrap().remove(member);
        }
    }
    page
}

fn photo() -> Vec<u8> {
    sideways_photo_of(64, 48)
}

fn photo_of(sku: &str) -> Value {
    json!({ "kind": "product-photo", "sku": sku, "content_type": "image/jpeg", "size_bytes": photo().len() })
}
