//! What AWS charges for the events of the shop, in micro US dollars, and where each price comes from.
//!
//! The list prices of N. Virginia for arm64, without free tiers. `docs/cost.md` explains them, and a test compares.

use std::time::Duration;

use serde_json::{Value, json};

/// One price.
#[derive(Debug, Clone, Copy)]
pub struct Price {
    pub name: &'static str,
    /// For one unit.
    pub micro_usd: f64,
    pub unit: &'static str,
    pub source: &'static str,
}

const LAMBDA: &str = "https://aws.amazon.com/lambda/pricing/";
const STEP_FUNCTIONS: &str = "https://aws.amazon.com/step-functions/pricing/";
const DYNAMODB: &str = "https://aws.amazon.com/dynamodb/pricing/on-demand/";

/// 0.20 USD per million.
pub const INVOCATION: Price = Price {
    name: "lambda_request",
    micro_usd: 0.2,
    unit: "an invocation",
    source: LAMBDA,
};
/// Per GB and second, in whole milliseconds.
pub const GB_SECOND: Price = Price {
    name: "lambda_gb_second",
    micro_usd: 13.333_4,
    unit: "a GB for a second",
    source: LAMBDA,
};
/// 0.025 USD per 1,000.
pub const TRANSITION: Price = Price {
    name: "state_transition",
    micro_usd: 25.0,
    unit: "a state transition",
    source: STEP_FUNCTIONS,
};
/// 0.625 USD per million.
pub const WRITE_UNIT: Price = Price {
    name: "table_write_unit",
    micro_usd: 0.625,
    unit: "a write request unit",
    source: DYNAMODB,
};
/// 0.125 USD per million.
pub const READ_UNIT: Price = Price {
    name: "table_read_unit",
    micro_usd: 0.125,
    unit: "a read request unit",
    source: DYNAMODB,
};
/// 1.00 USD per million.
pub const API_REQUEST: Price = Price {
    name: "api_request",
    micro_usd: 1.0,
    unit: "a request of the API",
    source: "https://aws.amazon.com/api-gateway/pricing/",
};
/// 0.005 USD per 1,000.
pub const OBJECT_PUT: Price = Price {
    name: "object_put",
    micro_usd: 5.0,
    unit: "a PUT of an object",
    source: "https://aws.amazon.com/s3/pricing/",
};
/// 0.10 USD per 1,000.
pub const MAIL: Price = Price {
    name: "mail",
    micro_usd: 100.0,
    unit: "a mail",
    source: "https://aws.amazon.com/ses/pricing/",
};
/// 0.40 USD per million; a message is sent, received and deleted.
pub const QUEUE_REQUEST: Price = Price {
    name: "queue_request",
    micro_usd: 0.4,
    unit: "a request to a queue",
    source: "https://aws.amazon.com/sqs/pricing/",
};

const ALL: [&Price; 9] = [
    &INVOCATION,
    &GB_SECOND,
    &TRANSITION,
    &WRITE_UNIT,
    &READ_UNIT,
    &API_REQUEST,
    &OBJECT_PUT,
    &MAIL,
    &QUEUE_REQUEST,
];
/// What no cost in a record contains.
const LEFT_OUT: [&str; 5] = [
    "logs, metrics and traces",
    "stored gigabytes",
    "GET requests of objects, and data that leaves AWS",
    "the table of the sandbox payment gateway, which a real provider would replace",
    "a stage's fixed prices (docs/cost.md)",
];

/// Every price, and what the costs leave out.
pub fn to_json() -> Value {
    let prices = ALL.map(
        |price| json!({ "name": price.name, "micro_usd": price.micro_usd, "unit": price.unit, "source": price.source }),
    );
    json!({
        "currency": "USD",
        "region": "us-east-1",
        "prices": prices,
        "units": "Request units of tables are estimates per port call, for items below 1 KB (docs/scale.md).",
        "left_out": LEFT_OUT,
    })
}

/// Lambda bills whole milliseconds, INIT included.
pub fn billed_ms(duration: Duration) -> u64 {
    let micros = duration.as_micros().div_ceil(1_000);
    u64::try_from(micros).unwrap_or(u64::MAX).max(1)
}

/// The price of an invocation in micro US dollars.
#[expect(
    clippy::cast_precision_loss,
    reason = "a duration and a memory size are far below 2^52"
)]
pub fn invocation(billed_ms: u64, memory_mb: u64) -> f64 {
    let gb_seconds = billed_ms as f64 / 1_000.0 * memory_mb as f64 / 1_024.0;
    INVOCATION.micro_usd + gb_seconds * GB_SECOND.micro_usd
}

/// The price of request units of a table in micro US dollars.
pub fn table_units(units: Units) -> f64 {
    units.reads * READ_UNIT.micro_usd + units.writes * WRITE_UNIT.micro_usd
}

/// Request units of one call, for items below 1 KB with their indexes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    pub reads: f64,
    pub writes: f64,
}

/// The units of a port's call, as `docs/scale.md` counts them for the functions. Zero for a port without a table.
pub fn units_of(port: &str, action: &str) -> Units {
    let (reads, writes) = match (port, action) {
        // A reservation moves on with the stock of one product, in one transaction.
        ("stock", "commit" | "give_back") => (1.0, 4.0),
        ("stock", "reserve") | ("imports", "advance") => (0.0, 4.0),
        // The order, its two indexes and the completed idempotency record, in one transaction.
        ("orders", "place") => (0.0, 8.0),
        ("orders", "begin_cancelling") | ("book", "confirm" | "reject" | "complete_cancel" | "park") => (0.0, 3.0),
        ("orders" | "book" | "uploads" | "catalog" | "payments", "find")
        | ("prices", "prices")
        | ("imports", "progress") => (1.0, 0.0),
        ("orders", "list") => (0.5, 0.0),
        ("book", "overdue") => (64.0, 0.0),
        ("catalog", "list") => (18.0, 0.0),
        ("catalog_writer", "apply") | ("uploads", "announce") => (0.0, 2.0),
        ("imports", "begin" | "finish")
        | ("idempotency", "claim" | "abandon")
        | ("payments", "record")
        | ("payment_results", "wait" | "record")
        | ("sends", "claim" | "settle" | "release")
        | ("product_photos", "show")
        | ("photo_uploads", "begin" | "done" | "reject") => (0.0, 1.0),
        _ => (0.0, 0.0),
    };
    Units { reads, writes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_billed_in_whole_milliseconds() {
        let billed = |micros| billed_ms(Duration::from_micros(micros));
        assert_eq!((billed(0), billed(1), billed(1_000), billed(1_001)), (1, 1, 1, 2));
    }

    #[test]
    fn an_invocation_costs_its_request_and_its_memory_over_time() {
        let cost = invocation(1_000, 1_024);
        assert!((cost - 13.533_4).abs() < 1e-9, "{cost}");
    }

    #[test]
    fn every_price_is_that_of_the_page_about_costs() {
        let page = include_str!("../../../docs/cost.md");
        // A price for a million units in US dollars is the price of one in micro US dollars.
        let listed = |row: &str| -> f64 {
            let start = format!("| [{row}](");
            let line = page.lines().find(|line| line.starts_with(&start)).unwrap();
            line.split('|').nth(2).unwrap().trim().parse().unwrap()
        };
        for (row, micro_usd) in [
            ("API request", API_REQUEST.micro_usd),
            ("Lambda invocation", INVOCATION.micro_usd),
            ("Lambda GB × ms", GB_SECOND.micro_usd / 1_000.0),
            ("state transition", TRANSITION.micro_usd),
            ("DynamoDB write unit", WRITE_UNIT.micro_usd),
            ("DynamoDB read unit", READ_UNIT.micro_usd),
            ("S3 PUT", OBJECT_PUT.micro_usd),
            ("SQS request", QUEUE_REQUEST.micro_usd),
            ("SES mail", MAIL.micro_usd),
        ] {
            assert!((listed(row) - micro_usd).abs() < 1e-6, "{row}");
        }
    }

    /// Units of an operation in the page about scale. The provider's own table is left out.
    fn counted(operation: &str) -> Units {
        let page = include_str!("../../../docs/scale.md");
        let mut units = Units::default();
        let mut is_ours = false;
        for row in page.lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, name, _, table, _, _, writes, reads, _] = cells[..] else {
                continue;
            };
            is_ours = name == operation || (name.is_empty() && is_ours);
            if is_ours && table != "SandboxGatewayTable" {
                units.writes += writes.parse::<f64>().unwrap();
                units.reads += reads.parse::<f64>().unwrap();
            }
        }
        units
    }

    #[test]
    fn the_units_of_port_calls_add_up_to_those_of_the_functions() {
        let cases: [(&str, &[(&str, &str)]); 15] = [
            (
                "orders-place",
                &[("idempotency", "claim"), ("prices", "prices"), ("orders", "place")],
            ),
            ("saga-reserve-stock", &[("book", "find"), ("stock", "reserve")]),
            ("saga-authorize-payment", &[("book", "find"), ("payments", "record")]),
            ("saga-confirm-order", &[("book", "confirm"), ("stock", "commit")]),
            (
                "saga-notify-customer",
                &[("book", "find"), ("sends", "claim"), ("sends", "settle")],
            ),
            ("saga-release-stock", &[("stock", "give_back")]),
            ("saga-reject-order", &[("book", "reject")]),
            ("saga-cancel-order", &[("book", "complete_cancel")]),
            ("saga-reconcile, nothing overdue", &[("book", "overdue")]),
            ("products-list, 20 products", &[("catalog", "list")]),
            ("products-get", &[("catalog", "find")]),
            ("orders-get", &[("orders", "find")]),
            ("orders-list", &[("orders", "list")]),
            ("orders-cancel", &[("orders", "begin_cancelling")]),
            ("uploads-create", &[("uploads", "announce")]),
        ];
        for (operation, calls) in cases {
            let mut units = Units::default();
            for (port, action) in calls {
                let call = units_of(port, action);
                units.reads += call.reads;
                units.writes += call.writes;
            }
            assert_eq!(units, counted(operation), "{operation}");
        }
    }
}
