//! Tests the stream of events: its order, its resumption, its limit, and its end with the host.

use std::time::{Duration, Instant};

use local_host::host::RunningHost;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{PATIENCE, get, send, start, stocked};

/// An open stream of events.
struct Events(BufReader<TcpStream>);

impl Events {
    async fn open(host: &RunningHost, headers: &str) -> (String, Self) {
        let address = host.base_url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /dev/events HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut events = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push_str(&events.line().await.expect("a head"));
        }
        (head, events)
    }

    /// `None` at the end of the stream.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.0.read_line(&mut line)).await;
        (read.expect("the stream is silent").unwrap_or_default() > 0).then_some(line)
    }

    /// The next record.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(data) = self.line().await?.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
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
