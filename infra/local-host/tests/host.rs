//! Does the host start, say why it does not, and leave its folder to the next one?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use std::collections::BTreeMap;

use local_host::host::{Config, Host, StartFailure};
use local_host::state::{DataLocation, StateFault};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn in_memory() -> Config {
    Config {
        port: 0,
        data: DataLocation::Memory,
        parameters: BTreeMap::new(),
    }
}

/// The whole answer, head and body.
async fn get(base_url: &str, path: &str) -> String {
    let address = base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_first_catalog_comes_in_through_the_pipeline() {
    let host = Host::start(&in_memory()).await.unwrap();
    while !get(&host.base_url, "/products/MUG-01")
        .await
        .contains("\"available\":100")
    {
        tokio::task::yield_now().await;
    }
    let invocations = get(&host.base_url, "/dev/invocations").await;
    assert!(invocations.contains("\"function\":\"csv-ingester\""), "{invocations}");
    host.shutdown().await;
}

#[tokio::test]
async fn every_function_is_listed_with_its_environments_and_limits() {
    let parameters = BTreeMap::from([("RouteConcurrency".to_owned(), "3".to_owned())]);
    let host = Host::start(&Config {
        parameters,
        ..in_memory()
    })
    .await
    .unwrap();
    for _ in 0..3 {
        assert!(get(&host.base_url, "/products").await.starts_with("HTTP/1.1 200"));
    }
    let answer = get(&host.base_url, "/dev/environments").await;
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let of = |name: &str| {
        let mut functions = body["functions"].as_array().unwrap().iter();
        functions.find(|function| function["function"] == name).unwrap()
    };
    let list = of("products-list");
    assert_eq!((&list["cold_starts"], &list["throttles"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&list["reserved_concurrency"], &list["memory_mb"]),
        (&json!(3), &json!(256))
    );
    let environment = &list["environments"][0];
    assert_eq!(
        (&environment["state"], &environment["invocations"]),
        (&json!("idle"), &json!(3))
    );
    for time in ["started_at", "last_used_at"] {
        assert!(environment[time].as_str().unwrap().ends_with('Z'), "{environment}");
    }
    for duration in ["init_ms", "duration_ms"] {
        assert!(environment[duration].as_f64().unwrap() > 0.0, "{environment}");
    }
    let never_invoked = of("orders-cancel");
    assert_eq!(
        (&never_invoked["cold_starts"], &never_invoked["environments"]),
        (&json!(0), &json!([]))
    );
    let kinds: Vec<&str> = body["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|room| room["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["reads", "writes", "background"]);
    host.shutdown().await;
}

#[tokio::test]
async fn the_console_and_every_view_of_it_are_served() {
    let host = Host::start(&in_memory()).await.unwrap();
    for path in [
        "/",
        "/console.js",
        "/story.js",
        "/console.css",
        "/healthz",
        "/dev/emails",
        "/dev/invocations",
        "/dev/environments",
        "/dev/executions",
        "/dev/orders",
        "/dev/metrics",
        "/dev/queues",
    ] {
        let answer = get(&host.base_url, path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    host.shutdown().await;
}

#[tokio::test]
async fn a_folder_has_one_host_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data: DataLocation::Folder(folder.path().to_owned()),
        ..in_memory()
    };
    let first = Host::start(&config).await.unwrap();
    let refused = Host::start(&config).await.err().unwrap();
    assert!(
        matches!(refused, StartFailure::State(StateFault::InUse { .. })),
        "{refused}"
    );
    first.shutdown().await;
    Host::start(&config).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Host::start(&in_memory()).await.unwrap();
    let port: u16 = first.base_url.rsplit(':').next().unwrap().parse().unwrap();
    let refused = Host::start(&Config { port, ..in_memory() }).await.err().unwrap();
    assert_eq!(refused.to_string(), format!("listen on 127.0.0.1:{port}"));
    first.shutdown().await;
}
