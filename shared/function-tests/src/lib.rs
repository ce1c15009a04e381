//! Shared by the tests of handlers: the files of `events/` as invocations, and the shop in memory that they refer to.
#![warn(missing_docs)]
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything here is test code: a panic is a failed test"
)]

mod functions;
pub mod in_memory;
pub mod log;
pub mod privacy;
mod world;

use std::fs;
use std::path::Path;

use events::invocation::Reply;
use serde_json::{Value, json};

pub use functions::Functions;
pub use world::{PRODUCTS_VERSION, World, products};

/// 2026-11-01T10:00:00Z, the moment at which the events of `events/` happen.
pub const NOW_MS: i64 = 1_793_527_200_000;
/// The customer of the events about orders.
pub const ANN: &str = "7d1e4c52-90b1-70aa-3f6e-0c9b2f1a8e01";
/// The order that accepted events name.
pub const ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";
/// The order that most rejected events name.
pub const OTHER_ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000002";
/// The catalog that the events name, its file and the version of it.
pub const CATALOG: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000021";
/// The key of that file in the uploads bucket.
pub const CATALOG_KEY: &str = "catalogs/0192e5a0-7c11-7b3a-9c5d-6a1f00000021.csv";
/// The version of that file.
pub const CATALOG_VERSION: &str = "9mSpXd3dIbrHY5gVyLQp3HL4kqtJbK7R";
/// The size of that file.
pub const CATALOG_BYTES: usize = 20_480;
/// Three rows, of which the second is rejected.
pub const CATALOG_ROWS: &str = "sku,name,description,price,currency,stock\n\
    CUP-01,Cup,Holds tea,8.50,EUR,4\n\
    CUP-02,Cup,Holds nothing,free,EUR,4\n\
    MUG-01,Mug,Holds more coffee,13.00,EUR,9\n";
/// The uploads bucket of the events.
pub const UPLOADS_BUCKET: &str = "popshop-dev-uploads-123456789012";
/// The thumbnails bucket of the events.
pub const THUMBNAILS_BUCKET: &str = "popshop-dev-thumbnails-123456789012";
const REQUEST_ID: &str = "0f5e6d7c-8b9a-4c1d-a2e3-f40516273849";

/// A file of `events/`, by its name without the ending.
pub fn event(name: &str) -> Value {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let text = fs::read_to_string(events.join(format!("{name}.json")));
    serde_json::from_str(&text.unwrap_or_else(|fault| panic!("events/{name}.json: {fault}"))).unwrap()
}

/// An HTTP answer as status, headers and decoded body.
pub fn http(reply: Reply) -> Value {
    let reply = reply.expect("an HTTP function always answers");
    assert_eq!(reply["isBase64Encoded"], false);
    let body = match reply["body"].as_str().unwrap() {
        "" => Value::Null,
        body => serde_json::from_str(body).unwrap(),
    };
    json!({"status": reply["statusCode"], "headers": reply["headers"], "body": body})
}

/// The body of an HTTP answer that refuses a request.
pub fn problem(slug: &str, title: &str, status: u16) -> Value {
    json!({"type": format!("https://popshop.example/problems/{slug}"), "title": title, "status": status})
}

/// The name that a state machine would catch.
pub fn error_name(reply: Reply) -> String {
    reply.expect_err("the step fails").error_type
}
