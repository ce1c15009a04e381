//! Writes `docs/scale.md` from what was counted.

use std::fmt::Write as _;

use crate::keys::{self, by_kind, path, shared_keys, touched};
use crate::operations::{ORDER_PATH, Operation};
use crate::quotas::{Checked, DAY, Load, QUOTAS};
use crate::usage::{Units, Usage};

/// The page, from the root of the repository.
pub const PAGE: &str = "docs/scale.md";
/// Write units per second of a table or an index, by default.
pub const TABLE_WRITES: u64 = 40_000;
/// The rates that the page looks at.
pub const ORDER_RATES: [u64; 3] = [10, 1_000, 40_000];
const IMPORT_ROWS: u64 = 1_000_000_000;

/// A limit of a path: what gives way, at how many per second, and what raises it.
pub struct Limit {
    pub name: String,
    pub ceiling: u64,
    pub raised_by: String,
    /// When the figure was compared with its source.
    pub checked: String,
}

/// The limits of orders, the lowest first: keys, tables and quotas.
pub fn order_limits(operations: &[Operation]) -> Vec<Limit> {
    let order = path(operations, &ORDER_PATH);
    let mut limits = quotas(Load::Orders);
    for (kind, _, count, ceiling) in shared_keys(&order) {
        limits.push(Limit {
            name: format!(
                "DynamoDB: {} keys `{}` of {}",
                thousands(count),
                kind.pattern,
                kind.resource
            ),
            ceiling,
            raised_by: "more products or more shards; no quota".to_owned(),
            checked: Checked::On(DAY).text(),
        });
    }
    for (resource, units) in resources(&order) {
        if let Some(ceiling) = TABLE_WRITES.checked_div(units.writes) {
            limits.push(Limit {
                name: format!("DynamoDB: writes of {resource}"),
                ceiling,
                raised_by: "quota \"table-level write throughput\"".to_owned(),
                checked: Checked::NotShown(DAY).text(),
            });
        }
    }
    limits.sort_by(|a, b| (a.ceiling, &a.name).cmp(&(b.ceiling, &b.name)));
    limits
}

/// The limits of an import of new products, the lowest first.
pub fn import_limits(operations: &[Operation]) -> Vec<Limit> {
    let row = path(operations, &["row: new product"]);
    let mut limits = quotas(Load::Rows);
    let indexes = shared_keys(&row)
        .into_iter()
        .filter(|(kind, ..)| kind.resource.contains('/'));
    for (kind, _, count, ceiling) in indexes {
        limits.push(Limit {
            name: format!(
                "DynamoDB: {count} keys `{}` of {} (new products only)",
                kind.pattern, kind.resource
            ),
            ceiling,
            raised_by: "more shards; no quota".to_owned(),
            checked: Checked::On(DAY).text(),
        });
    }
    limits.sort_by(|a, b| (a.ceiling, &a.name).cmp(&(b.ceiling, &b.name)));
    limits
}

fn quotas(load: Load) -> Vec<Limit> {
    let quotas = QUOTAS.iter().filter(|quota| quota.load == load);
    let limits = quotas.map(|quota| Limit {
        name: format!("[{}]({})", quota.name, quota.source),
        ceiling: quota.ceiling(),
        raised_by: quota.raised_by.to_owned(),
        checked: quota.checked.text(),
    });
    limits.collect()
}

/// The units of each table and index.
fn resources(usage: &Usage) -> Vec<(String, Units)> {
    let mut names: Vec<String> = usage.places.keys().map(crate::usage::Place::resource).collect();
    names.sort_unstable();
    names.dedup();
    let sum = |name: &String| usage.sum(|place| place.resource() == *name);
    names.iter().map(|name| (name.clone(), sum(name))).collect()
}

/// The page for the final indexes, with the ceilings of the old ones for comparison.
pub fn render(only: &[Operation], added: &[Operation]) -> String {
    let mut page = String::from(INTRODUCTION);
    page += "## Units per operation\n\n";
    page += OPERATIONS;
    page += &operations(only);
    page += "\n## Keys that orders share\n\n";
    page += KEYS;
    page += &key_table(only, added);
    page += "\n## One product\n\n";
    page += &single_product(only);
    page += "\n## What gives way first\n\n";
    page += FIRST;
    page += &limit_table("orders", &order_limits(only));
    page += "\n";
    page += &rates(only);
    page += "\n## An import of 1,000,000,000 rows\n\n";
    page += IMPORT;
    page += &limit_table("rows", &import_limits(only));
    page += "\n";
    page += &import(only);
    page += "\n## What the shards cost\n\n";
    page += &shard_costs(only, added);
    page += OUTSIDE;
    page
}

fn operations(operations: &[Operation]) -> String {
    let mut table = String::from(
        "| operation | calls | table or index | key | keys | write units | read units |\n|---|---:|---|---|---:|---:|---:|\n",
    );
    for Operation { name, usage } in operations {
        let (mut name, mut calls) = ((*name).to_owned(), usage.calls.to_string());
        for (kind, units) in by_kind(usage) {
            let (resource, pattern) = (&kind.resource, &kind.pattern);
            let (keys, writes, reads) = (touched(usage, &kind), units.writes, halves(units.read_halves));
            writeln!(
                table,
                "| {name} | {calls} | {resource} | {pattern} | {keys} | {writes} | {reads} |"
            )
            .unwrap();
            (name, calls) = (String::new(), String::new());
        }
    }
    table
}

fn key_table(only: &[Operation], added: &[Operation]) -> String {
    let mut table = String::from(
        "| ShardedIndexes | table or index | key | keys | write units per order | read units per order | orders per second |\n\
         |---|---|---|---:|---:|---:|---:|\n",
    );
    for (step, operations) in [("`only`", only), ("`added`", added)] {
        for (kind, units, keys, ceiling) in shared_keys(&path(operations, &ORDER_PATH)) {
            let (resource, pattern) = (kind.resource, kind.pattern);
            let (writes, reads) = (units.writes, halves(units.read_halves));
            let (keys, ceiling) = (thousands(keys), thousands(ceiling));
            writeln!(
                table,
                "| {step} | {resource} | {pattern} | {keys} | {writes} | {reads} | {ceiling} |"
            )
            .unwrap();
        }
    }
    table
}

/// How many orders per second one product takes.
pub fn single_product_ceiling(operations: &[Operation]) -> u64 {
    let kinds = by_kind(&path(operations, &ORDER_PATH)).into_iter();
    let product = kinds.filter(|(kind, _)| kind.resource == "ProductsTable" && kind.pattern == "product#…");
    product
        .map(|(_, units)| keys::ceiling(units, 1))
        .min()
        .unwrap_or(u64::MAX)
}

fn single_product(operations: &[Operation]) -> String {
    let ceiling = thousands(single_product_ceiling(operations));
    format!(
        "A product is one item, and so one key. An order for it takes its reservation and its commit, each in a \
         transaction: the last lamp of a sale takes **{ceiling} orders per second**, and orders beyond that wait for a \
         retry or fail as a transient failure. No quota raises it. What would:\n\n\
         - A shorter item. Every started KB of name, description and attributes counts again: a product with 2 KB takes \
         half as many orders.\n\
         - Stock in an item of its own, so that the description does not count.\n\
         - Stock in several items, such as ten with a tenth of the units each. A reservation takes one of them at random, \
         and the next one when it is empty. The last units take more attempts.\n\
         - A commit outside the transaction, or none: the reservation item alone shows that the units have left.\n"
    )
}

fn limit_table(unit: &str, limits: &[Limit]) -> String {
    let mut table = format!("| limit | {unit} per second | raised by | checked |\n|---|---:|---|---|\n");
    for Limit {
        name,
        ceiling,
        raised_by,
        checked,
    } in limits
    {
        writeln!(table, "| {name} | {} | {raised_by} | {checked} |", thousands(*ceiling)).unwrap();
    }
    table
}

/// What gives way at a rate, the lowest ceiling first.
pub fn below(limits: &[Limit], rate: u64) -> Vec<&Limit> {
    limits.iter().filter(|limit| limit.ceiling < rate).collect()
}

fn rates(operations: &[Operation]) -> String {
    let limits = order_limits(operations);
    let mut list = String::new();
    for rate in ORDER_RATES {
        let below = below(&limits, rate);
        let names: Vec<String> = below
            .iter()
            .map(|limit| format!("{} ({})", limit.name, thousands(limit.ceiling)))
            .collect();
        let names = if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join("; ")
        };
        let concurrency = thousands(rate / 5);
        let (transitions, starts) = (thousands(rate * 6), thousands(rate));
        writeln!(
            list,
            "- **{} orders per second** need {concurrency} concurrent executions of Lambda, {transitions} state transitions \
             and {starts} StartExecution calls per second. In this order, these give way: {names}.",
            thousands(rate)
        )
        .unwrap();
    }
    list
}

fn import(operations: &[Operation]) -> String {
    let limits = import_limits(operations);
    let hours = |ceiling: u64| (IMPORT_ROWS / ceiling).div_ceil(3_600);
    let first = &limits[0];
    let shard = limits
        .iter()
        .find(|limit| limit.name.contains("by-shard"))
        .expect("new products write to their shard");
    format!(
        "At the ceiling of {} rows per second the import takes {} hours, at that of the shards {}, and at the quota of a \
         table {}. An import of listed products does not write to the index, so the shards do not limit it. The import \
         slows down by itself when the table throttles ([decision 29](decisions/0029-as-fast-as-the-table-takes-it.md)). \
         It shares no key with orders but the products that it writes.\n",
        thousands(first.ceiling),
        hours(first.ceiling),
        hours(shard.ceiling),
        hours(TABLE_WRITES),
    )
}

fn shard_costs(only: &[Operation], added: &[Operation]) -> String {
    let mut table = String::from(
        "| operation | calls, sharded | read units, sharded | calls, last release | read units, last release |\n\
         |---|---:|---:|---:|---:|\n",
    );
    for name in [
        "products-list, 20 products",
        "products-list, 100 products",
        "saga-reconcile, nothing overdue",
    ] {
        let [sharded, released] = [only, added].map(|operations| {
            let usage = path(operations, &[name]);
            let reads = usage.sum(|_| true).read_halves;
            (usage.calls, halves(reads))
        });
        writeln!(
            table,
            "| {name} | {} | {} | {} | {} |",
            sharded.0, sharded.1, released.0, released.1
        )
        .unwrap();
    }
    table
}

fn halves(half_units: u64) -> String {
    let half = if half_units.is_multiple_of(2) { "" } else { ".5" };
    format!("{}{half}", half_units / 2)
}

/// A number with a comma between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for group in digits.as_bytes()[first..].chunks(3) {
        if !text.is_empty() {
            text.push(',');
        }
        text.extend(group.iter().map(|digit| char::from(*digit)));
    }
    text
}

const INTRODUCTION: &str = "\
# Scale

How many orders and rows per second does the shop take, and what gives way first? This page is generated: \
`cargo xtask scale` writes it, and a test fails when it is stale.

The functions run over their real DynamoDB adapters. Behind the adapters stands a model of DynamoDB (`tests/scale`), \
which counts the units of every call by table, index and partition key. The rules are those of \
[AWS](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html):

- A write takes a unit per started KB of the larger of the item before and after it. A read takes a unit per 4 KB, or half \
a unit if it is eventually consistent.
- A transaction takes twice as much. AWS does not say whether its writes to indexes count twice; here they do.
- An index is written only if an entry appears, disappears, or has a key or a projected attribute changed.
- One partition key takes 1,000 write units and 3,000 read units per second. No quota raises that.
- A throttled index throttles the writes of its table \
([back-pressure](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html)).

The figures are those of a stage with `ShardedIndexes=only`. [Upgrading](upgrading.md) describes how a stage of the last \
release gets there. Products have about 500 bytes, and orders have one line.

";

const OPERATIONS: &str = "\
`…` stands for an id, a SKU or the number of a shard. `keys` is how many keys of that kind one operation touches.

";

const KEYS: &str = "\
Most keys belong to one order, one payment or one customer, and never get hot. These are shared by all orders. The \
products are 1,000, and orders are spread evenly over them. The hottest key is the first row of each group: `added` has \
the indexes of the last release beside the sharded ones.

";

const FIRST: &str = "\
All limits of an order, the lowest first. Quotas are the defaults of us-east-1, us-west-2 and eu-west-1; other regions \
often grant less, and new accounts get less. `checked` has the day on which the figure was compared with its source. \
Where no source confirms a figure, the column says so: ask Service Quotas before you rely on it.

";

const IMPORT: &str = "\
All limits of an import of new products, the lowest first.

";

const OUTSIDE: &str = "
- `GET /products` reads one page of keys from each shard, and the products of the page from the table, because their \
`available` is in no index: 18 read units for 20 products are 2.25 USD per million requests. Each shard has at most 6,000 such queries per second: its key reads half a unit each time. A \
cache in front of the API would raise that; more shards would not.
- Page tokens hold a SKU and no shard, so tokens of the last release stay valid.
- A sweep every five minutes reads about a million units in a month (0.07 to 0.14 USD).
- More shards need another index: the number is part of the stored keys.
- `GET /orders?status=` reads at most `limit` orders of the customer (100) for each page and returns those with the status, \
so a page may hold fewer orders, or none, although `next_cursor` is there. An index by status would add a write to every \
status change of every order.
- An upload takes a number from one item, `counter#uploads`: at most 1,000 uploads per second. The API is throttled at 50.
";
