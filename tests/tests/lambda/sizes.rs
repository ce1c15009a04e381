//! Measures CPU time and memory per invocation of release binaries, for the memory sizes in `docs/cost.md`.
//!
//! As a test, it only checks that every warm function answers.
//!
//! `FUNCTIONS_DIR=target/release cargo test -p tests --test lambda sizes -- --ignored --nocapture`

use std::fs;
use std::path::PathBuf;

use function_tests::event;
use serde_json::{Value, json};
use tests::fake_aws::{FakeAws, FakeDaemon};
use tests::lambda::functions;

use crate::story::product;
use crate::traces::{ORDER, started};

/// The minimum of these batches counts, because load only makes figures larger.
const BATCHES: u32 = 5;
const INVOCATIONS_PER_BATCH: u32 = 100;
const NANOSECONDS_PER_MS: f64 = 1e6;
const TRACED: &str = "Root=1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e;Parent=53995c3f42cd8ad8;Sampled=1";

/// CPU time of all threads of a process (<https://docs.kernel.org/scheduler/sched-stats.html>).
fn processor_ms(process_id: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process_id}/task")).unwrap();
    let nanoseconds = threads.map(|thread| {
        let times = fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
        times.split(' ').next().unwrap().parse::<f64>().unwrap()
    });
    nanoseconds.sum::<f64>() / NANOSECONDS_PER_MS
}

fn peak_mb(process_id: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process_id}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// A fake of AWS with the order of the events, as orders-place wrote it.
fn cloud_with_an_order(daemon: &FakeDaemon) -> FakeAws {
    let aws = FakeAws::start();
    aws.keep("products-table", &product("MUG-01"));
    aws.keep("products-table", &product("TEE-01"));
    let place = started("orders-place", &aws, daemon);
    let answer = place.invoke(&event("orders-place")).unwrap();
    let order: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let mut item = aws
        .kept("orders-table", &format!("order#{}", order["id"].as_str().unwrap()))
        .unwrap();
    item["pk"]["S"] = json!(format!("order#{ORDER}"));
    item["order_id"]["S"] = json!(ORDER);
    aws.keep("orders-table", &item);
    aws
}

#[test]
#[ignore = "measures release binaries"]
fn every_warm_function_answers_and_is_measured() {
    println!("| function | init, CPU ms | first, CPU ms | warm, CPU ms | calls to AWS | peak MB |");
    println!("|---|---:|---:|---:|---:|---:|");
    let folder = std::env::var_os("FUNCTIONS_DIR").map(PathBuf::from);
    let is_built = |function: &String| folder.as_ref().is_none_or(|folder| folder.join(function).exists());
    let daemon = FakeDaemon::start();
    let aws = cloud_with_an_order(&daemon);
    for function in functions().into_iter().filter(is_built) {
        let lambda = started(&function, &aws, &daemon);
        let event = event(&function);
        let process = lambda.process_id();
        let init = processor_ms(process);
        let before = aws.calls().len();
        let answered = lambda.invoke_in(Some(TRACED), &event).is_ok();
        let first = processor_ms(process) - init;
        let calls = aws.calls().len() - before;
        let batch = || {
            let before = processor_ms(process);
            for _ in 0..INVOCATIONS_PER_BATCH {
                assert_eq!(lambda.invoke_in(Some(TRACED), &event).is_ok(), answered, "{function}");
            }
            (processor_ms(process) - before) / f64::from(INVOCATIONS_PER_BATCH)
        };
        let warm = (0..BATCHES).map(|_| batch()).fold(f64::INFINITY, f64::min);
        let peak = peak_mb(process);
        println!("| {function} | {init:.1} | {first:.1} | {warm:.2} | {calls} | {peak:.1} |");
    }
}
