//! Computes what a stage costs that nobody uses, for each value of `Watching`, and compares it with `docs/cost.md`.
//!
//! Prices are AWS's list prices in N. Virginia without free tiers, in millionths of a dollar to count exactly.

use std::fmt::Write as _;
use std::time::Duration;

use local_host::template::{self, EventSource};
use tests::{page, repository};

use crate::alarms::billed_metrics;

const PAGE: &str = "docs/cost.md";
/// Of a month, as AWS's own calculator counts it.
const MONTH: Duration = Duration::from_hours(730);
/// <https://aws.amazon.com/cloudwatch/pricing/>: each metric of a standard alarm, and each dashboard, by the month.
const ALARM_METRIC: u64 = 100_000;
const DASHBOARD: u64 = 3_000_000;
/// <https://aws.amazon.com/secrets-manager/pricing/>: each secret by the month.
const SECRET: u64 = 400_000;
/// <https://aws.amazon.com/sqs/pricing/>: a million requests.
const MILLION_SQS_REQUESTS: u64 = 400_000;
/// Lambda polls a queue with five long polls of twenty seconds, whether or not it has messages:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
const POLLERS: u64 = 5;
const POLL: Duration = Duration::from_secs(20);
/// Of a sweep that finds nothing, in billionths: a request and 20 ms of 128 MB of Lambda, a kilobyte of log, one trace,
/// half a read unit.
const SWEEP_BILLIONTHS: u64 = 200 + 34 + 500 + 5_000 + 63;
/// A metric of the shop costs 0.30 USD by the month, by the hours in which it is reported. Every second hour has a cold
/// start of the sweep: Lambda replaces an environment after some hours, whether it is used or not.
const COLD_STARTS_METRIC: u64 = 150_000;
/// What a stage may cost that nobody watches and nobody uses.
const UNWATCHED_MAX: u64 = 1_000_000;

/// What costs something without a request, and its price with `Watching` at none, canary and full.
struct Item {
    what: &'static str,
    count: String,
    prices: [u64; 3],
}

fn same(what: &'static str, count: String, price: u64) -> Item {
    Item {
        what,
        count,
        prices: [price; 3],
    }
}

fn count_of(kind: &str) -> u64 {
    let texts = ["infra/template.yaml", "infra/watching.yaml"].map(repository::text);
    let count = texts
        .iter()
        .map(|text| text.matches(&format!("    Type: {kind}\n")).count());
    count.sum::<usize>() as u64
}

fn times_a_month(every: Duration) -> u64 {
    MONTH.as_secs() / every.as_secs()
}

fn items() -> Vec<Item> {
    let (of_canaries, of_people) = billed_metrics();
    let alarms = [0, of_canaries as u64, (of_canaries + of_people) as u64];
    let deployment = template::load().unwrap();
    let sources = || deployment.functions.values().flat_map(|function| &function.sources);
    let queues = sources()
        .filter(|source| matches!(source, EventSource::Queue(_)))
        .count() as u64;
    let sweeps: u64 = sources()
        .map(|source| match source {
            EventSource::Schedule { every, .. } => times_a_month(*every),
            _ => 0,
        })
        .sum();
    let polls = queues * POLLERS * times_a_month(POLL);
    let (dashboards, secrets) = (
        count_of("AWS::CloudWatch::Dashboard"),
        count_of("AWS::SecretsManager::Secret"),
    );
    vec![
        Item {
            what: "metrics of alarms",
            count: alarms.map(|count| count.to_string()).join(", "),
            prices: alarms.map(|count| count * ALARM_METRIC),
        },
        Item {
            what: "dashboard",
            count: format!("0, 0, {dashboards}"),
            prices: [0, 0, dashboards * DASHBOARD],
        },
        same("secret (key of page tokens)", secrets.to_string(), secrets * SECRET),
        same(
            "polls of an empty queue",
            polls.to_string(),
            polls * MILLION_SQS_REQUESTS / 1_000_000,
        ),
        same(
            "sweeps that find nothing",
            sweeps.to_string(),
            sweeps * SWEEP_BILLIONTHS / 1_000,
        ),
        same(
            "`ColdStarts` of the sweep",
            "every other hour".to_owned(),
            COLD_STARTS_METRIC,
        ),
    ]
}

fn usd(millionths: u64) -> String {
    let cents = (millionths + 5_000) / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn totals() -> [u64; 3] {
    let items = items();
    [0, 1, 2].map(|index| items.iter().map(|item| item.prices[index]).sum())
}

#[test]
fn the_page_on_cost_has_what_an_idle_stage_costs() {
    let mut table = String::from("| USD a month | count | `none` | `canary` | `full` |\n|---|---|---:|---:|---:|\n");
    for Item { what, count, prices } in items() {
        let [none, canary, full] = prices.map(usd);
        writeln!(table, "| {what} | {count} | {none} | {canary} | {full} |").unwrap();
    }
    let [none, canary, full] = totals().map(usd);
    writeln!(table, "| **sum** | | **{none}** | **{canary}** | **{full}** |").unwrap();
    page::named_part_agrees(PAGE, "idle.rs", &table);
}

#[test]
fn a_stage_that_nobody_watches_costs_at_most_a_dollar_a_month() {
    let [none, ..] = totals();
    assert!(none <= UNWATCHED_MAX, "{}", usd(none));
    let stages = repository::text("infra/samconfig.toml");
    let (dev, prod) = stages.split_once("[prod.").unwrap();
    assert!(dev.contains("\"Watching=none\"") && prod.contains("\"Watching=full\""));
}
