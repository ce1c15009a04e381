//! Computes what an order, a photo and a thousand rows cost on AWS, for `docs/cost.md`.

use std::fmt::Write as _;

use crate::keys::path;
use crate::operations::{ORDER_PATH, Operation};
use crate::quotas::{INVOCATIONS, ONE_EACH, TRANSITIONS};

/// A list price of AWS in N. Virginia, for arm64 and without free tiers.
#[derive(Debug, Clone, Copy)]
pub struct Price {
    pub name: &'static str,
    /// Millionths of a dollar for a million units, and so trillionths for one.
    pub micro_usd_per_million: u64,
    pub source: &'static str,
}

const fn price(name: &'static str, micro_usd_per_million: u64, source: &'static str) -> Price {
    Price {
        name,
        micro_usd_per_million,
        source,
    }
}

const API_REQUEST: Price = price("API request", 1_000_000, "https://aws.amazon.com/api-gateway/pricing/");
const INVOCATION: Price = price("Lambda invocation", 200_000, "https://aws.amazon.com/lambda/pricing/");
/// 0.0000133334 USD per GB and second.
const GB_MS: Price = price("Lambda GB × ms", 13_333, "https://aws.amazon.com/lambda/pricing/");
const TRANSITION: Price = price(
    "state transition",
    25_000_000,
    "https://aws.amazon.com/step-functions/pricing/",
);
const WRITE: Price = price(
    "DynamoDB write unit",
    625_000,
    "https://aws.amazon.com/dynamodb/pricing/on-demand/",
);
const READ: Price = price(
    "DynamoDB read unit",
    125_000,
    "https://aws.amazon.com/dynamodb/pricing/on-demand/",
);
const S3_PUT: Price = price("S3 PUT", 5_000_000, "https://aws.amazon.com/s3/pricing/");
const S3_GET: Price = price("S3 GET", 400_000, "https://aws.amazon.com/s3/pricing/");
const SQS: Price = price("SQS request", 400_000, "https://aws.amazon.com/sqs/pricing/");
const MAIL: Price = price("SES mail", 100_000_000, "https://aws.amazon.com/ses/pricing/");
/// The trace of one request in twenty is recorded.
const TRACE: Price = price("X-Ray trace", 5_000_000, "https://aws.amazon.com/xray/pricing/");
const LOG_KB: Price = price("KB of log", 500_000, "https://aws.amazon.com/cloudwatch/pricing/");
const PRICES: [Price; 12] = [
    API_REQUEST,
    INVOCATION,
    GB_MS,
    TRANSITION,
    WRITE,
    READ,
    S3_PUT,
    S3_GET,
    SQS,
    MAIL,
    TRACE,
    LOG_KB,
];

/// Thousandths of a trace for one request.
const TRACED: u64 = 50;
/// Thousandths of a KB that a function logs per invocation, and the API per request.
const LOG_PER_LINE_GROUP: u64 = ONE_EACH;
/// Sizes of thumbnails, each an object of its own; the photo itself is one more.
const THUMBNAILS: u64 = 4;
/// Rendering takes 0.2 s in 512 MB: docs/cost.md, "Memory".
const PHOTO_GB_MS: u64 = 100;
/// A thousand rows take about a second of 512 MB.
const ROWS_GB_MS: u64 = 512;
/// The functions that an order invokes, with `saga-start`, which writes nothing.
const ORDER_FUNCTIONS: [&str; 7] = [
    "orders-place",
    "saga-start",
    "saga-reserve-stock",
    "saga-authorize-payment",
    "saga-capture-payment",
    "saga-confirm-order",
    "saga-notify-customer",
];
/// Thousandths of a transition that a thousand rows take: a range of 16 MiB has about 100,000 rows, and takes four.
const ROWS_TRANSITIONS: u64 = 40;
/// Thousandths of a read of the file for a thousand rows: one per range.
const ROWS_GETS: u64 = 10;

/// What one thing takes of each price, in thousandths of its unit.
pub struct Bill {
    pub name: &'static str,
    counts: Vec<(&'static str, u64)>,
}

impl Bill {
    fn count(&self, price: &Price) -> u64 {
        let counts = self.counts.iter().filter(|(name, _)| *name == price.name);
        counts.map(|(_, count)| count).sum()
    }

    /// In trillionths of a dollar.
    fn amount(&self, price: &Price) -> u64 {
        self.count(price) * price.micro_usd_per_million / ONE_EACH
    }

    /// The sum, in trillionths of a dollar.
    pub fn total(&self) -> u64 {
        PRICES.iter().map(|price| self.amount(price)).sum()
    }
}

/// The bill of an order that succeeds, of a photo, and of a thousand rows of new and of changed products. `memory` has
/// the GB × ms of each function.
pub fn bills(operations: &[Operation], memory: impl Fn(&str) -> f64) -> [Bill; 4] {
    let units = |names: &[&str], times: u64| {
        let units = path(operations, names).sum(|_| true);
        [
            (WRITE.name, times * units.writes * ONE_EACH),
            (READ.name, times * units.read_halves * ONE_EACH / 2),
        ]
    };
    let gb_ms: f64 = ORDER_FUNCTIONS.into_iter().map(memory).sum();
    let order = Bill {
        name: "an order",
        counts: [
            (API_REQUEST.name, ONE_EACH),
            (INVOCATION.name, INVOCATIONS),
            (GB_MS.name, thousandths(gb_ms)),
            (TRANSITION.name, TRANSITIONS),
            (MAIL.name, ONE_EACH),
            (TRACE.name, 2 * TRACED),
            (LOG_KB.name, INVOCATIONS + LOG_PER_LINE_GROUP),
        ]
        .into_iter()
        .chain(units(&ORDER_PATH, 1))
        .collect(),
    };
    let photo = Bill {
        name: "a photo",
        counts: [
            (API_REQUEST.name, ONE_EACH),
            (INVOCATION.name, 2 * ONE_EACH),
            (GB_MS.name, PHOTO_GB_MS * ONE_EACH),
            (S3_PUT.name, (THUMBNAILS + 1) * ONE_EACH),
            (S3_GET.name, ONE_EACH),
            // Sent, received and deleted.
            (SQS.name, 3 * ONE_EACH),
            (TRACE.name, 2 * TRACED),
            (LOG_KB.name, 3 * LOG_PER_LINE_GROUP),
        ]
        .into_iter()
        .chain(units(&["uploads-create", "thumbnailer, a photo"], 1))
        .collect(),
    };
    let rows = |name, operation| Bill {
        name,
        counts: [
            (GB_MS.name, ROWS_GB_MS * ONE_EACH),
            (TRANSITION.name, ROWS_TRANSITIONS),
            (S3_GET.name, ROWS_GETS),
        ]
        .into_iter()
        .chain(units(&[operation], 1_000))
        .collect(),
    };
    [
        order,
        photo,
        rows("1,000 new rows", "row: new product"),
        rows("1,000 changed rows", "row: changed product"),
    ]
}

/// The table of `docs/cost.md`: counts and amounts in millionths of a dollar.
pub fn table(bills: &[Bill]) -> String {
    let mut table = String::from("| | USD per million |");
    for bill in bills {
        write!(table, " {} | µUSD |", bill.name).unwrap();
    }
    writeln!(table, "\n|---|---:|{}", "---:|---:|".repeat(bills.len())).unwrap();
    for price in &PRICES {
        let usd = decimal(price.micro_usd_per_million, 1_000_000, 6);
        let usd = usd.trim_end_matches('0').trim_end_matches('.');
        write!(table, "| [{}]({}) | {usd} |", price.name, price.source).unwrap();
        for bill in bills {
            let count = decimal(bill.count(price), ONE_EACH, 3);
            let count = count.trim_end_matches('0').trim_end_matches('.');
            write!(table, " {count} | {} |", micro(bill.amount(price))).unwrap();
        }
        table.push('\n');
    }
    table += "| **sum** | |";
    for bill in bills {
        write!(table, " | **{}** |", micro(bill.total())).unwrap();
    }
    table.push('\n');
    table
}

/// Trillionths of a dollar as millionths.
fn micro(trillionths: u64) -> String {
    decimal(trillionths, 1_000_000, 2)
}

/// `number / unit` with so many decimals, rounded down.
fn decimal(number: u64, unit: u64, decimals: u32) -> String {
    let rest = number % unit * 10_u64.pow(decimals) / unit;
    let width = usize::try_from(decimals).unwrap();
    format!("{}.{rest:0width$}", number / unit)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some hundred GB × ms, measured to a tenth"
)]
fn thousandths(number: f64) -> u64 {
    (number * 1_000.0).round() as u64
}
