//! Tests that a divided import is exact while functions are killed, writes throttled, and ranges read twice and
//! backwards.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::catalog;
use tests::fault_proxy::{Call, Fault};

use crate::place::{Place, number};

/// Small enough for every change. `IMPORT_ROWS` sets another number.
const ROWS: usize = 5_000;
const THROTTLED_ONE_IN: u64 = 20;
const KILLED_EVERY: Duration = Duration::from_secs(8);
const ENDS_WITHIN: Duration = Duration::from_mins(20);
/// Attempts of this test to import one range, while its function is killed repeatedly.
const ATTEMPTS_MAX: u32 = 50;

/// Throttles one of twenty writes of products.
struct Throttling {
    writes: AtomicU64,
    throttled: AtomicU64,
}

impl Throttling {
    fn choose(&self, call: Call<'_>) -> Option<Fault> {
        if !call.operation.ends_with(".UpdateItem") || !call.body.contains("catalog_version") {
            return None;
        }
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        let chosen = number.is_multiple_of(THROTTLED_ONE_IN);
        self.throttled.fetch_add(u64::from(chosen), Ordering::SeqCst);
        chosen.then_some(Fault::Throttled)
    }
}

/// Kills the running processes of a function. Only those that call through this test's proxy.
fn kill_all(function: &str, functions_call: &str) -> u32 {
    let mut killed = 0;
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let pid = process.file_name().into_string().unwrap_or_default();
        if !pid.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // It has ended since, or belongs to another deployment.
        let Ok(environment) = fs::read(process.path().join("environ")) else {
            continue;
        };
        let environment = String::from_utf8_lossy(&environment);
        let has = |variable: &str| environment.split('\0').any(|one| one == variable);
        if has(&format!("AWS_LAMBDA_FUNCTION_NAME={function}")) && has(&format!("AWS_ENDPOINT_URL={functions_call}")) {
            let ended = Command::new("kill").args(["-9", &pid]).status().unwrap();
            killed += u32::from(ended.success());
        }
    }
    killed
}

/// The input of the execution that was started for this upload.
fn job(place: &Place, upload_id: &str) -> Value {
    let machine = place.output("CatalogImportArn");
    place.client.wait_for("the import to be handed over", || {
        let executions = place
            .api
            .states("ListExecutions", &json!({ "stateMachineArn": machine }));
        let mut executions = executions["executions"].as_array().unwrap().iter();
        let ours = executions.find(|one| one["name"].as_str().unwrap().starts_with(upload_id))?;
        let described = place
            .api
            .states("DescribeExecution", &json!({ "executionArn": ours["executionArn"] }));
        serde_json::from_str(described["input"].as_str().unwrap()).ok()
    })
}

fn with(job: &Value, name: &str, value: &Value) -> Value {
    let mut input = job.clone();
    input[name] = value.clone();
    input
}

/// Sets the attributes of a product that no catalog may change: reservations and photos.
fn set_aside(place: &Place, sku: &str) {
    place.api.dynamodb(
        "UpdateItem",
        &json!({
            "TableName": place.output("ProductsTableName"),
            "Key": { "pk": { "S": format!("product#{sku}") } },
            "UpdateExpression": "SET reserved = :three, photo_sequence = :one, thumbnails = :none",
            "ExpressionAttributeValues": { ":three": { "N": "3" }, ":one": { "N": "1" }, ":none": { "M": {} } },
        }),
    );
}

fn assert_still_aside(place: &Place, sku: &str) {
    let item = place.api.dynamodb(
        "GetItem",
        &json!({
            "TableName": place.output("ProductsTableName"),
            "Key": { "pk": { "S": format!("product#{sku}") } },
        }),
    );
    assert_eq!(item["Item"]["reserved"], json!({ "N": "3" }));
    assert_eq!(item["Item"]["photo_sequence"], json!({ "N": "1" }));
}

fn assert_counted_once(upload: &Value, rows: u32) {
    assert_eq!(upload["status"], "DONE", "{upload}");
    let numbers = &upload["import"];
    let counted = ["rows_read", "rows_written", "rows_rejected"].map(|name| numbers[name].as_u64().unwrap());
    let rows = u64::from(rows);
    assert_eq!(counted, [rows, rows - rows / 100, rows / 100]);
}

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn kill_now_and_then(place: &Place, over: &AtomicBool, kills: &AtomicU32) {
    let mut next = Instant::now() + KILLED_EVERY;
    while !over.load(Ordering::SeqCst) {
        if Instant::now() >= next {
            kills.fetch_add(
                kill_all(place.function("ImportRange"), &place.functions_call),
                Ordering::SeqCst,
            );
            next = Instant::now() + KILLED_EVERY;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Imports the same ranges again, in reverse order, while the state machine runs.
fn read_backwards(place: &Place, job: &Value, ranges: &[Value]) {
    for range in ranges.iter().rev() {
        let input = with(job, "range", range);
        let mut attempts = 0..ATTEMPTS_MAX;
        while let Err(error) = place.invoke("ImportRange", &input) {
            assert!(attempts.next().is_some(), "{error}");
        }
    }
}

/// A failed execution would stop the import, since the test redrives none.
fn assert_no_execution_failed(place: &Place) {
    let failed = json!({"stateMachineArn": place.output("CatalogImportArn"), "statusFilter": "FAILED"});
    let failed = place.api.states("ListExecutions", &failed);
    if let Some(execution) = failed["executions"].as_array().unwrap().first() {
        let of = json!({"executionArn": execution["executionArn"], "reverseOrder": true, "maxResults": 5});
        panic!("{}", place.api.states("GetExecutionHistory", &of)["events"]);
    }
}

/// Waits until the import has ended, and checks that its progress is reported and never decreases.
fn settled(place: &Place, olga: &str, status_url: &str) -> Value {
    let (began, mut looked) = (Instant::now(), Instant::now());
    let mut percents = Vec::new();
    let upload = loop {
        assert!(began.elapsed() < ENDS_WITHIN, "{percents:?}");
        if looked.elapsed() > KILLED_EVERY {
            assert_no_execution_failed(place);
            looked = Instant::now();
        }
        let upload = place.client.get(status_url, Some(olga)).json();
        percents.extend(upload["import"]["percent"].as_u64());
        if matches!(upload["status"].as_str(), Some("DONE" | "REJECTED")) {
            break upload;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(percents.is_sorted(), "{percents:?}");
    assert!(
        percents.iter().any(|percent| (1..100).contains(percent)),
        "{percents:?}"
    );
    upload
}

#[test]
#[ignore = "needs a local cloud whose functions call through a proxy: cargo xtask test starts one"]
fn a_divided_import_counts_every_row_once_although_its_functions_are_killed() {
    let place = Place::take();
    let client = &place.client;
    let rows = u32::try_from(number("IMPORT_ROWS").unwrap_or(ROWS)).unwrap();
    let (older, mut in_the_end) = catalog::repeating("FAN", rows / 10, rows / 20, 7);
    let (newer, mut expected) = catalog::repeating("FAN", rows, rows / 10, 0);
    // Three units of one product stay reserved.
    let (reserved, (_, available)) = expected.iter_mut().find(|(_, (_, stock))| *stock >= 3).unwrap();
    *available -= 3;
    let reserved = reserved.clone();
    let olga = client.token("olga", &["staff"]);
    let announced_older = client.announce_catalog(&olga, "older.csv", older.len());
    let announced_newer = client.announce_catalog(&olga, "newer.csv", newer.len());
    set_aside(&place, &reserved);

    let throttling = Arc::new(Throttling {
        writes: AtomicU64::new(0),
        throttled: AtomicU64::new(0),
    });
    let choosing = Arc::clone(&throttling);
    place.choose(move |call| choosing.choose(call));
    let began = Instant::now();
    assert_eq!(client.put_file(&announced_newer, newer.as_bytes()).status, 200);
    let upload_id = announced_newer["id"].as_str().unwrap();
    let job = job(&place, upload_id);
    let plan = place.invoke("ImportPlan", &with(&job, "ranges", &json!([]))).unwrap();
    let ranges = plan["ranges"].as_array().unwrap();
    assert!(ranges.len() > 2, "{plan}");

    let (over, kills) = (AtomicBool::new(false), AtomicU32::new(0));
    let upload = std::thread::scope(|scope| {
        // Stops the killing even if an assertion fails.
        let ends = Ends(&over);
        scope.spawn(|| kill_now_and_then(&place, &over, &kills));
        let backwards = scope.spawn(|| read_backwards(&place, &job, ranges));
        let upload = settled(&place, &olga, announced_newer["status_url"].as_str().unwrap());
        backwards.join().unwrap();
        drop(ends);
        upload
    });
    let seconds = began.elapsed().as_secs_f32();
    assert_counted_once(&upload, rows);
    assert!(
        catalog::on_sale(client, "FAN") == expected,
        "the last valid row of each product"
    );
    // The ranges again, after the end.
    assert_eq!(
        place.invoke("ImportRange", &with(&job, "range", &ranges[0])).unwrap()["outcome"],
        "DONE"
    );

    assert_eq!(client.put_file(&announced_older, older.as_bytes()).status, 200);
    let older = client.settled_upload(&olga, announced_older["status_url"].as_str().unwrap());
    assert_eq!(older["status"], "DONE", "{older}");
    // The older file adds its own products, and overwrites nothing.
    in_the_end.extend(expected);
    assert!(
        catalog::on_sale(client, "FAN") == in_the_end,
        "the older file overwrites nothing"
    );
    for name in ["older.csv", "newer.csv"] {
        client.wait_for("the report", || {
            (client.mails_with("olga", name).len() == 1).then_some(())
        });
    }
    assert_still_aside(&place, &reserved);
    let (writes, throttled) = (
        throttling.writes.load(Ordering::SeqCst),
        throttling.throttled.load(Ordering::SeqCst),
    );
    let kills = kills.load(Ordering::SeqCst);
    assert!(throttled > 0, "not a single write was throttled");
    println!(
        "{rows} rows in {} ranges in {seconds:.0} s: {writes} writes, {throttled} throttled, {kills} kills",
        ranges.len()
    );
}
