//! Tests the live console over a running host: the event log, its stream, stories, views and actions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod stream;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use local_host::host::{Config, Host, RunningHost};
use local_host::state::DataLocation;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Much longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(60);
const JSON: &str = "Content-Type: application/json\r\n";

async fn start() -> RunningHost {
    let config = Config {
        port: 0,
        data: DataLocation::Memory,
        parameters: BTreeMap::new(),
    };
    let host = Host::prepare(&config).await.unwrap();
    let counted = std::sync::Arc::clone(&host.counted);
    // One for the process: a line finds its invocation by the task that writes it.
    telemetry::log::init_to(None, move |line| {
        counted.takes(line);
    });
    host.open()
}

/// Status and body.
async fn send(host: &RunningHost, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
    let address = host.base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(json!(body)))
}

async fn get(host: &RunningHost, path: &str) -> Value {
    let (status, body) = send(host, "GET", path, "", "").await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

async fn post(host: &RunningHost, path: &str, body: &Value) -> (u16, Value) {
    send(host, "POST", path, JSON, &body.to_string()).await
}

/// Waits until `found` returns something for the answer to `GET path`.
async fn wait<T>(host: &RunningHost, path: &str, found: impl Fn(&Value) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        let (_, body) = send(host, "GET", path, "", "").await;
        if let Some(value) = found(&body) {
            return value;
        }
        assert!(began.elapsed() < PATIENCE, "{path}: {body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn token(host: &RunningHost, subject: &str) -> String {
    let (_, answer) = post(host, "/dev/token", &json!({ "sub": subject, "groups": [] })).await;
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Waits until the first catalog is imported.
async fn stocked() -> RunningHost {
    let host = start().await;
    wait(&host, "/products/CAP-01", |product| product["available"].as_u64()).await;
    host
}

/// Places an order, in a story of its own.
async fn place(host: &RunningHost, story: &str, quantity: u32, payment_token: &str) -> Value {
    let bearer = token(host, "ann").await;
    let headers =
        format!("{JSON}Authorization: Bearer {bearer}\r\nIdempotency-Key: {story}\r\nX-Correlation-Id: {story}\r\n");
    let body = json!({ "items": [{ "sku": "CAP-01", "quantity": quantity }], "payment_token": payment_token });
    let (status, order) = send(host, "POST", "/orders", &headers, &body.to_string()).await;
    assert_eq!(status, 202, "{order}");
    order
}

/// The file of a story once it has this status.
async fn story(host: &RunningHost, story: &str, status: &str) -> Value {
    wait(host, "/dev/stories?limit=1000", |body| {
        let mut stories = body["stories"].as_array()?.iter();
        stories
            .any(|one| one["story"] == story && one["status"] == status && !one["ended_at"].is_null())
            .then_some(())
    })
    .await;
    get(host, &format!("/dev/stories/{story}")).await
}

fn kinds(file: &Value) -> Vec<&str> {
    let events = file["events"].as_array().unwrap().iter();
    events.map(|event| event["kind"].as_str().unwrap()).collect()
}

/// The events of one kind.
fn of_kind<'a>(file: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = file["events"].as_array().unwrap().iter();
    events.filter(|event| event["kind"] == kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_of_an_order_has_every_hop_in_order() {
    let host = stocked().await;
    place(&host, "story-1", 2, "tok_ok").await;
    let mut file = story(&host, "story-1", "succeeded").await;
    // The mail is sent by the last step, and the execution ends behind it.
    while of_kind(&file, "execution_ended").is_empty() {
        file = get(&host, "/dev/stories/story-1").await;
    }
    let began = |kind: &str, member: &str, value: &str| {
        let mut events = file["events"].as_array().unwrap().iter();
        let found = events.position(|event| event["kind"] == kind && event[member] == value);
        found.unwrap_or_else(|| panic!("no {kind} of {value} in {:?}", kinds(&file)))
    };
    let hops = [
        began("request_started", "path", "/orders"),
        began("invocation_started", "function", "orders-place"),
        began("port_call", "action", "place"),
        began("stream_record", "status", "PENDING"),
        began("invocation_started", "function", "saga-start"),
        began("execution_started", "machine", "OrderSaga"),
        began("state_entered", "state", "ReserveStock"),
        began("invocation_started", "function", "saga-reserve-stock"),
        began("invocation_started", "function", "saga-capture-payment"),
        began("invocation_started", "function", "saga-confirm-order"),
        began("invocation_started", "function", "saga-notify-customer"),
        began("mail_sent", "kind", "mail_sent"),
        began("execution_ended", "status", "SUCCEEDED"),
    ];
    assert!(hops.is_sorted(), "{hops:?} in {:?}", kinds(&file));
    began("stream_record", "status", "CONFIRMED");
    began("request", "path", "/orders");
    began("bus_event", "source", "aws.states");
    for event in file["events"].as_array().unwrap() {
        assert!(
            event["story"] == "story-1" || event["stories"].to_string().contains("story-1"),
            "{event}"
        );
        assert!(
            event["id"].is_u64() && event["text"].is_string() && event["at"].is_string(),
            "{event}"
        );
    }
    let ended = of_kind(&file, "invocation_ended");
    let placed = ended.iter().find(|event| event["function"] == "orders-place").unwrap();
    assert_eq!((&placed["outcome"], &placed["memory_mb"]), (&json!("ok"), &json!(256)));
    assert!(
        placed["billed_ms"].as_u64() >= Some(1) && placed["cost"].as_f64() > Some(0.2),
        "{placed}"
    );
    let lines = placed["log"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line["message"] == "invocation ended"),
        "{placed}"
    );
    assert_eq!(of_kind(&file, "execution_ended")[0]["transitions"], 6);
    let started = of_kind(&file, "invocation_started")[0].to_string();
    for secret in ["tok_ok", "Bearer", "@"] {
        assert!(!file["events"].to_string().contains(secret), "{secret} in {started}");
    }
    let (nodes, events) = (&file["map"]["nodes"], file["events"].as_array().unwrap());
    let ids: Vec<&Value> = nodes.as_array().unwrap().iter().map(|node| &node["id"]).collect();
    for end in events.iter().flat_map(|event| [&event["from"], &event["to"]]) {
        assert!(end.is_null() || ids.contains(&end), "{end} is not in the map");
    }
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_order_is_compensated_and_its_retries_are_shown() {
    let host = stocked().await;
    place(&host, "refused", 1, "tok_declined").await;
    let file = story(&host, "refused", "compensated").await;
    assert!(kinds(&file).contains(&"state_caught"), "{:?}", kinds(&file));
    assert!(kinds(&file).contains(&"state_failed"), "{:?}", kinds(&file));
    let (status, _) = send(&host, "GET", "/dev/stories/nothing", "", "").await;
    assert_eq!(status, 404);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_catalog_has_a_story_with_its_upload_and_progress() {
    let host = stocked().await;
    let id = wait(&host, "/dev/stories", |body| {
        let mut stories = body["stories"].as_array()?.iter();
        let put = stories.find(|story| story["title"].as_str().is_some_and(|title| title.contains("catalogs/")))?;
        (put["status"] == "succeeded").then(|| put["story"].as_str().unwrap().to_owned())
    })
    .await;
    let file = get(&host, &format!("/dev/stories/{id}")).await;
    for kind in [
        "object_put",
        "bus_event",
        "invocation_started",
        "import_progress",
        "invocation_ended",
    ] {
        assert!(kinds(&file).contains(&kind), "{kind}: {:?}", kinds(&file));
    }
    let progress = of_kind(&file, "import_progress");
    assert_eq!(progress.last().unwrap()["percent"], 100);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_host_records_no_invocation() {
    let host = stocked().await;
    let last_id = |body: &Value| {
        body["stories"].as_array().map(|stories| {
            stories
                .iter()
                .map(|story| story["events"].as_u64().unwrap_or(0))
                .sum::<u64>()
        })
    };
    let mut before = wait(&host, "/dev/stories?limit=1000", last_id).await;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let after = wait(&host, "/dev/stories?limit=1000", last_id).await;
        if after == before {
            break;
        }
        before = after;
    }
    let newest = get(&host, "/dev/invocations").await["invocations"][0].clone();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let still = get(&host, "/dev/invocations").await["invocations"][0].clone();
    assert_eq!(still["invocation"], newest["invocation"]);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_buyers_of_the_last_cap_exactly_one_gets_it() {
    let host = stocked().await;
    let available = wait(&host, "/products/CAP-01", |product| product["available"].as_u64()).await;
    place(&host, "all-but-one", u32::try_from(available - 1).unwrap(), "tok_ok").await;
    story(&host, "all-but-one", "succeeded").await;
    let (status, burst) = post(&host, "/dev/burst", &json!({ "sku": "CAP-01", "buyers": 200 })).await;
    assert_eq!((status, &burst["accepted"]), (200, &json!(200)), "{burst}");
    let ids: Vec<&str> = burst["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    let statuses = wait(&host, "/dev/tables/orders?limit=1000", |body| {
        let orders = body["items"].as_array()?.iter();
        let ours = orders.filter(|order| ids.contains(&order["id"].as_str().unwrap()));
        let statuses: Vec<String> = ours.map(|order| order["status"].as_str().unwrap().to_owned()).collect();
        (!statuses.iter().any(|status| status == "PENDING")).then_some(statuses)
    })
    .await;
    let count = |wanted: &str| statuses.iter().filter(|status| *status == wanted).count();
    assert_eq!((count("CONFIRMED"), count("REJECTED")), (1, 199), "{statuses:?}");
    let product = get(&host, "/products/CAP-01").await;
    assert_eq!(product["available"], 0);
    let (status, refused) = post(&host, "/dev/burst", &json!({ "sku": "CAP-01", "buyers": 501 })).await;
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().unwrap().contains("1 to 500"), "{refused}");
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_can_be_sent_again_and_the_order_is_the_same() {
    let host = stocked().await;
    let order = place(&host, "again", 1, "tok_ok").await;
    story(&host, "again", "succeeded").await;
    let invocations = get(&host, "/dev/invocations").await;
    let mut placed = invocations["invocations"].as_array().unwrap().iter();
    let placed = placed
        .find(|invocation| invocation["function"] == "orders-place")
        .unwrap();
    let path = format!("/dev/invocations/{}/repeat", placed["invocation"]);
    let (status, again) = post(&host, &path, &json!({})).await;
    assert_eq!(status, 200, "{again}");
    let body: Value = serde_json::from_str(again["answer"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["id"], order["id"], "the idempotency key gives the same order");
    let (status, refused) = post(&host, "/dev/invocations/999999/repeat", &json!({})).await;
    assert_eq!(status, 404, "{refused}");
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_queues_and_buckets_can_be_looked_into() {
    let host = stocked().await;
    place(&host, "looked-at", 1, "tok_ok").await;
    let tables = get(&host, "/dev/tables").await;
    for name in ["orders", "products", "payments", "imports"] {
        assert!(tables.to_string().contains(&format!("\"name\":\"{name}\"")), "{tables}");
    }
    let orders = get(&host, "/dev/tables/orders?limit=1").await;
    assert_eq!(orders["items"][0]["payment_token"], "[redacted]");
    let uploads = get(&host, "/dev/buckets/uploads").await;
    let url = uploads["objects"][0]["url"].as_str().unwrap();
    let (status, _) = send(&host, "GET", url.strip_prefix(&host.base_url).unwrap(), "", "").await;
    assert_eq!(status, 200, "{url}");
    let messages = get(&host, "/dev/queues/thumbnail-dead-letter").await;
    assert_eq!(messages, get(&host, "/dev/queues/ThumbnailDeadLetterQueue").await);
    let (status, redriven) = post(&host, "/dev/queues/thumbnail-dead-letter/redrive", &json!({})).await;
    assert_eq!((status, redriven), (200, json!({ "redriven": 0, "left": 0 })));
    for path in ["/dev/tables/secrets", "/dev/queues/none", "/dev/buckets/none"] {
        let (status, refused) = send(&host, "GET", path, "", "").await;
        assert_eq!(status, 404);
        assert!(
            refused["message"].as_str().unwrap().contains("; there are "),
            "{refused}"
        );
    }
    let (status, _) = send(&host, "GET", "/dev/tables/orders?limit=0", "", "").await;
    assert_eq!(status, 400);
    for path in ["/dev/map", "/dev/prices", "/dev/state-machines"] {
        assert!(get(&host, path).await.is_object(), "{path}");
    }
    host.shutdown().await;
}
