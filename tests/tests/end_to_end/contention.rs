//! Tests that under load exactly the available units are sold.

use std::sync::atomic::{AtomicU32, Ordering};

use tests::shop::{Load, Shop};

#[test]
fn more_orders_than_units_sell_exactly_the_units() {
    let shop = Shop::open();
    let client = &shop.client;
    let Load {
        clients, orders, units, ..
    } = shop.load;
    let olga = client.token("olga", &["staff"]);
    let file = tests::catalog::one_product("LAST-MUG", "5.00", units);
    client.import_catalog(&olga, "last.csv", file.as_bytes());

    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for number in 0..clients {
            let next = &next;
            scope.spawn(move || {
                let token = client.token(&format!("customer-{number}"), &[]);
                while next.fetch_add(1, Ordering::Relaxed) < orders {
                    place_patiently(client, &token, &format!("order-{}", next.load(Ordering::Relaxed)));
                }
            });
        }
    });
    let mut confirmed = 0;
    for number in 0..clients {
        let token = client.token(&format!("customer-{number}"), &[]);
        for (status, count) in decided_orders(client, &token) {
            match status.as_str() {
                "CONFIRMED" => confirmed += count,
                "REJECTED" => {}
                other => panic!("{count} orders are {other}"),
            }
        }
    }
    assert_eq!(confirmed, units);
    assert_eq!(client.available("LAST-MUG"), 0);
}

/// A customer who is throttled (429) or refused because of overload (503, with `Retry-After`) tries again. Anything
/// else but 202 is a failure.
fn place_patiently(client: &tests::client::Client, token: &str, key: &str) {
    loop {
        let answer = client.place_order(token, key, &[("LAST-MUG", 1)], "tok_ok");
        match answer.status {
            202 => return,
            429 => std::thread::sleep(std::time::Duration::from_millis(50)),
            503 if answer.header("retry-after").is_some() => std::thread::sleep(std::time::Duration::from_millis(50)),
            other => panic!("{other}: {}", String::from_utf8_lossy(&answer.bytes)),
        }
    }
}

fn decided_orders(client: &tests::client::Client, token: &str) -> Vec<(String, u32)> {
    client.wait_for("a customer's orders to be decided", || {
        let mut counts = std::collections::BTreeMap::new();
        let mut path = "/orders?limit=100".to_owned();
        loop {
            let page = client.get(&path, Some(token)).json();
            for order in page["orders"].as_array()? {
                *counts.entry(order["status"].as_str()?.to_owned()).or_insert(0) += 1;
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/orders?limit=100&cursor={cursor}"),
                None => break,
            }
        }
        (!counts.contains_key("PENDING")).then(|| counts.into_iter().collect())
    })
}
