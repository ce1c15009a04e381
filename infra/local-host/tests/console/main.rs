//! Tests the live console over a running host: the event log, its stream, stories, views and actions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod client;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use client::{Events, PATIENCE, get, kinds, of_kind, place, post, send, start, stocked, story, wait};

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
async fn a_stream_resumes_behind_the_last_record_and_ends_with_the_host() {
    let host = stocked().await;
    let (head, mut events) = Events::open(&host, "").await;
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"),
        "{head}"
    );
    let first = events.next().await.unwrap();
    let second = events.next().await.unwrap();
    assert_eq!(second["id"].as_u64(), first["id"].as_u64().map(|id| id + 1));
    let (_, mut resumed) = Events::open(&host, &format!("Last-Event-ID: {}\r\n", first["id"])).await;
    assert_eq!(resumed.next().await.unwrap(), second);
    let (status, refused) = send(&host, "GET", "/dev/events?after=soon", "", "").await;
    assert_eq!(status, 400, "{refused}");
    let began = Instant::now();
    host.shutdown().await;
    // A closing limit of a second would show that the streams were cut off.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    while events.next().await.is_some() {}
    while resumed.next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_have_a_limit_and_their_places_come_back() {
    let host = start().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        let (head, events) = Events::open(&host, "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        open.push(events);
    }
    let (head, _) = Events::open(&host, "").await;
    assert!(
        head.starts_with("HTTP/1.1 429") && head.contains("retry-after"),
        "{head}"
    );
    open.clear();
    let began = Instant::now();
    // A place is free once the host notices that its reader has gone: with the next record.
    while !Events::open(&host, "").await.0.starts_with("HTTP/1.1 200") {
        get(&host, "/products").await;
        assert!(began.elapsed() < PATIENCE);
    }
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
