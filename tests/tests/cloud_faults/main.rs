//! Tests that no money, stock or row is lost when calls of the functions fail.
//!
//! The real binaries run on the local cloud, and call it through a proxy that loses, delays, repeats and throttles
//! calls. A seed determines the faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod books;
mod customer;
mod imports;
mod place;
mod plan;
mod starts;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use function_tests::event;
use progress::Progress;
use serde_json::Value;
use tests::client::Client;

use books::{Books, PLENTY, SCARCE};
use customer::{End, History, Stream};
use place::{Place, number};
use plan::Plan;

/// Concurrent orders. The emulator starts about twenty functions per second on two processors.
const AT_ONCE: usize = 6;
/// Small enough for every change. `FAULT_HISTORIES` sets another number.
const HISTORIES: usize = 40;

/// Uploads a catalog with the products that the histories order.
fn stock(client: &Client) {
    let staff = client.token("shopkeeper", &["staff"]);
    let rows = customer::SKUS.map(|sku| {
        let units = if sku == customer::SCARCE_SKU { SCARCE } else { PLENTY };
        format!("{sku},Mug,A mug,12.50,EUR,{units}\n")
    });
    let file = format!("sku,name,description,price,currency,stock\n{}", rows.concat());
    client.import_catalog(&staff, "mugs.csv", file.as_bytes());
}

/// The event in `events/` with a new order.
fn change() -> Value {
    event("saga-start")["Records"][0].clone()
}

#[test]
#[ignore = "needs a local cloud whose functions call through a proxy: cargo xtask test starts one"]
fn no_money_and_no_stock_is_lost_when_calls_fail() {
    let histories = number("FAULT_HISTORIES").unwrap_or(HISTORIES);
    let seed = number("FAULT_SEED").unwrap_or(1);
    let place = Place::take();
    let client = &place.client;
    let plan = Arc::new(Plan::new(seed));
    let choosing = Arc::clone(&plan);
    place.choose(move |call| choosing.choose(call));

    stock(client);
    let ann = client.token("ann", &[]);
    let stream = Stream {
        cloud: &place.api,
        function: place.function("SagaStart").to_owned(),
        change: change(),
    };
    plan.arm();
    let started = Instant::now();
    let next = AtomicUsize::new(0);
    let progress = Progress::start("faults", "orders", histories as u64);
    let ends: Vec<End> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    let mut ends = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::SeqCst);
                        if index >= histories {
                            return ends;
                        }
                        ends.push(History::new(index).run(client, &ann, &stream));
                        progress.advance();
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    drop(progress);
    client.wait_for("late calls to arrive", || {
        (place.proxy().pending_calls() == 0).then_some(())
    });
    plan.disarm();

    let books = Books::read(&place.api);
    for end in &ends {
        books.check(end, &plan.met(end.id()), client);
    }
    books::check_stock(&ends, client);
    books::check_orders(&ends, client, &ann);
    println!(
        "{} histories of seed {seed} in {:.0} s; {}; faults: {:?}",
        ends.len(),
        started.elapsed().as_secs_f32(),
        customer::tally(&ends),
        plan.injected()
    );
    plan.assert_everything_happened(histories);
}
