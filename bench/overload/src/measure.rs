//! One measurement: the best rate of accepted orders, then overload at multiples of it, then whether all orders
//! finished.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench_kit::trouble::Trouble;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::Client;
use crate::host::MeasuredHost;
use crate::load::{Answers, Reads, Shoppers, closed_loop, open_loop, percentile, read_products};

const SKU: &str = "LOAD-01";
/// More units than any load test orders: an order that is out of stock is rejected early, which costs less.
const CATALOG: &str =
    "sku,name,description,price,currency,stock\nLOAD-01,Load,A product for load tests,1.00,EUR,1000000000\n";
const CUSTOMERS: usize = 8;
/// Between public reads during the load.
const READ_INTERVAL: Duration = Duration::from_millis(50);
/// How long the catalog, and later the orders, may take.
const CATALOG_LIMIT: Duration = Duration::from_mins(1);
const ORDERS_LIMIT: Duration = Duration::from_mins(5);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// After overload, the host is back to normal once so many orders in a row are each accepted within `NORMAL_LATENCY`.
const NORMAL_ORDERS: u32 = 5;
const NORMAL_LATENCY: Duration = Duration::from_millis(250);
const RECOVERY_LIMIT: Duration = Duration::from_mins(1);

/// How much load, and for how long.
pub struct Plan {
    /// Callers of the closed loop that finds the best rate.
    pub callers: usize,
    /// Of the closed loop. Its first third warms up and is not measured.
    pub closed_length: Duration,
    /// Of each overload.
    pub open_length: Duration,
    /// Multiples of the best rate.
    pub factors: Vec<f64>,
}

/// One overload.
pub struct Overload {
    pub factor: f64,
    pub offered_per_second: f64,
    pub answers: Answers,
    pub reads: Reads,
    /// Until orders were accepted promptly again; `None` when that took longer than `RECOVERY_LIMIT`.
    pub recovery: Option<Duration>,
    /// Until the last saga had finished, counted from the end of the load; `None` when that took too long.
    pub drained: Option<Duration>,
    pub cpu_seconds: f64,
}

/// Everything that was measured.
pub struct Measurement {
    pub best: Answers,
    pub best_cpu_seconds: f64,
    pub best_drained: Option<Duration>,
    pub overloads: Vec<Overload>,
    pub peak_memory_kb: u64,
    pub accepted: usize,
    /// Orders that were answered 202 and did not reach CONFIRMED, with their status.
    pub unfinished: Vec<String>,
}

pub async fn measure(program: &Path, data_dir: &Path, plan: &Plan) -> Result<Measurement, Trouble> {
    let host = MeasuredHost::start(program, data_dir).await?;
    let client = Client::new(&host.base_url);
    put_catalog(&client).await?;
    let mut tokens = Vec::new();
    for number in 0..CUSTOMERS {
        tokens.push(client.token(&format!("load-{number}"), &[]).await?);
    }
    let shoppers = Arc::new(Shoppers::new(client, tokens, SKU.to_owned()));
    let mut locations = Vec::new();

    let warm_up = closed_loop(&shoppers, plan.callers, plan.closed_length / 3).await;
    locations.extend(warm_up.locations);
    let cpu_before = host.cpu_seconds().unwrap_or_default();
    let mut best = closed_loop(&shoppers, plan.callers, plan.closed_length * 2 / 3).await;
    let best_cpu_seconds = host.cpu_seconds().unwrap_or_default() - cpu_before;
    locations.append(&mut best.locations);
    let best_drained = wait_until_finished(&shoppers).await?;

    let mut overloads = Vec::new();
    for factor in &plan.factors {
        let per_second = best.accepted_per_second() * factor;
        let mut overload = overload(&host, &shoppers, *factor, per_second, plan.open_length).await?;
        locations.append(&mut overload.answers.locations);
        overloads.push(overload);
    }
    let unfinished = unfinished(&shoppers, &locations).await?;
    let measurement = Measurement {
        best,
        best_cpu_seconds,
        best_drained,
        overloads,
        peak_memory_kb: host.peak_memory_kb().unwrap_or_default(),
        accepted: locations.len(),
        unfinished,
    };
    host.stop().await;
    Ok(measurement)
}

async fn overload(
    host: &MeasuredHost,
    shoppers: &Arc<Shoppers>,
    factor: f64,
    per_second: f64,
    length: Duration,
) -> Result<Overload, Trouble> {
    let cpu_before = host.cpu_seconds().unwrap_or_default();
    let (answers, reads) = tokio::join!(
        open_loop(shoppers, per_second, length),
        read_products(&shoppers.client, READ_INTERVAL, length),
    );
    let cpu_seconds = host.cpu_seconds().unwrap_or_default() - cpu_before;
    let ended = Instant::now();
    let mut answers = answers;
    let recovery = recover(shoppers, &mut answers.locations).await;
    let drained = wait_until_finished(shoppers).await?.map(|_| ended.elapsed());
    Ok(Overload {
        factor,
        offered_per_second: per_second,
        answers,
        reads,
        recovery,
        drained,
        cpu_seconds,
    })
}

async fn recover(shoppers: &Shoppers, locations: &mut Vec<String>) -> Option<Duration> {
    let started = Instant::now();
    let (mut in_a_row, mut first_normal) = (0, Duration::ZERO);
    while started.elapsed() < RECOVERY_LIMIT {
        let sent = started.elapsed();
        match shoppers.place_order().await {
            Ok(answer) if answer.status == 202 => {
                locations.extend(answer.location);
                if answer.took <= NORMAL_LATENCY {
                    first_normal = if in_a_row == 0 { sent } else { first_normal };
                    in_a_row += 1;
                } else {
                    in_a_row = 0;
                }
            }
            _ => in_a_row = 0,
        }
        if in_a_row == NORMAL_ORDERS {
            return Some(first_normal);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    None
}

/// Uploads the catalog as staff do, and waits until its product is for sale.
async fn put_catalog(client: &Client) -> Result<(), Trouble> {
    const DOING: &str = "put the catalog";
    let token = client.token("load-staff", &["staff"]).await?;
    let body = json!({ "kind": "catalog", "file_name": "load.csv", "size_bytes": CATALOG.len() }).to_string();
    let announced = client.post_json("/uploads", Some(&token), body).await?;
    let link = announced.json();
    let url = link["url"]
        .as_str()
        .ok_or_else(|| Trouble::new(DOING, format!("status {}", announced.status)))?;
    let headers: Vec<(&str, String)> = link["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?.to_owned())))
        .collect();
    let put = client
        .put(url, &headers, Bytes::from_static(CATALOG.as_bytes()))
        .await?;
    if put.status != 200 {
        return Err(Trouble::new(DOING, format!("PUT was answered {}", put.status)));
    }
    let started = Instant::now();
    while started.elapsed() < CATALOG_LIMIT {
        if client.get(&format!("/products/{SKU}"), None).await?.status == 200 {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Err(Trouble::new(
        DOING,
        format!("{SKU} is not for sale after {CATALOG_LIMIT:?}"),
    ))
}

/// How long it took until no order was PENDING; `None` when some still are after `ORDERS_LIMIT`.
async fn wait_until_finished(shoppers: &Shoppers) -> Result<Option<Duration>, Trouble> {
    let started = Instant::now();
    for token in &shoppers.tokens {
        loop {
            let page = shoppers
                .client
                .get("/orders?status=PENDING&limit=1", Some(token))
                .await?;
            let pending = page.json()["orders"].as_array().map(Vec::len);
            if page.status == 200 && pending == Some(0) {
                break;
            }
            if started.elapsed() > ORDERS_LIMIT {
                return Ok(None);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
    Ok(Some(started.elapsed()))
}

async fn unfinished(shoppers: &Shoppers, locations: &[String]) -> Result<Vec<String>, Trouble> {
    let mut statuses = BTreeMap::new();
    for token in &shoppers.tokens {
        let mut path = "/orders?limit=100".to_owned();
        loop {
            let page = shoppers.client.get(&path, Some(token)).await?;
            if page.status != 200 {
                return Err(Trouble::new("list orders", format!("status {}", page.status)));
            }
            let page = page.json();
            for order in page["orders"].as_array().into_iter().flatten() {
                let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
                statuses.insert(format!("/orders/{}", text("id")), text("status"));
            }
            match &page["next_cursor"] {
                Value::String(cursor) => path = format!("/orders?limit=100&cursor={cursor}"),
                _ => break,
            }
        }
    }
    let unfinished = locations.iter().filter_map(|location| match statuses.get(location) {
        Some(status) if status == "CONFIRMED" => None,
        Some(status) => Some(format!("{location}: {status}")),
        None => Some(format!("{location}: absent")),
    });
    Ok(unfinished.collect())
}

/// p50 and p99.
pub fn latencies(durations: &[Duration]) -> (Duration, Duration) {
    (percentile(durations, 50), percentile(durations, 99))
}
