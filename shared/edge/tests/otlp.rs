//! Does the switch work? With `OTEL_EXPORTER_OTLP_ENDPOINT` set, a collector hears of an invocation and its calls, and
//! X-Ray's daemon of nothing; without it, the other way round.
//!
//! Variables belong to a process, so each test starts this program again, with its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::process::Command;
use std::time::Duration;

use edge::invocation::{Invocation, InvocationContext};
use edge::span::{Outcome, Target};
use edge::step::{StepError, step};
use edge::trace::{Attempt, begin_call};
use serde_json::{Value, json};

const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";
/// Names the one test that is not a test, but what the others start.
const FUNCTION: &str = "the_function_that_is_traced";
const TRACE_ID: &str = "5759e988bd862e3fe1be46a994272793";
const ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";
const PATIENCE: Duration = Duration::from_secs(30);

/// One invocation with one call, where the variables lead.
#[tokio::test]
#[ignore = "started by the other tests"]
async fn the_function_that_is_traced() {
    let context = InvocationContext {
        function_name: "saga-reserve-stock".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 10_000,
        trace_id: Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned()),
        cold_start: true,
    };
    let invocation = Invocation {
        event: json!({ "order_id": ORDER }).into(),
        context,
    };
    let answer = step(invocation, async |_: Value| {
        let target = || Target {
            service: "DynamoDB".to_owned(),
            operation: "UpdateItem".to_owned(),
            region: "eu-central-1".to_owned(),
            table: Some("products".to_owned()),
        };
        let call = begin_call(
            Attempt {
                key: "call-1",
                number: 1,
            },
            target,
        );
        call.end(Outcome {
            status: Some(200),
            ..Outcome::default()
        });
        Ok::<_, StepError>(json!({}))
    });
    answer.await.unwrap();
}

fn start_function(variables: &[(&str, String)]) {
    let arguments = ["--exact", FUNCTION, "--ignored"];
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(arguments)
        .env_remove(COLLECTOR)
        .env_remove(DAEMON)
        .envs(variables.iter().cloned());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn daemon() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, address)
}

/// What a collector is sent in one request, which it answers with `status`.
fn collect_one(listener: &TcpListener, status: u16) -> Value {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "the request ends early");
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
            let body = serde_json::from_str(body).unwrap();
            write!(stream, "HTTP/1.1 {status} \r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
            return body;
        }
    }
}

#[test]
fn a_collector_that_is_named_hears_of_the_function_and_its_calls_and_the_daemon_of_nothing() {
    let (daemon, daemon_address) = daemon();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = std::thread::spawn(move || collect_one(&listener, 200));
    start_function(&[(COLLECTOR, endpoint), (DAEMON, daemon_address)]);
    let body = collector.join().unwrap();
    let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let [function, call] = spans.as_slice() else {
        panic!("{body}")
    };
    assert_eq!(
        (&function["name"], &call["name"]),
        (&json!("saga-reserve-stock"), &json!("DynamoDB.UpdateItem"))
    );
    assert_eq!(
        (&call["parentSpanId"], &function["spanId"]),
        (&json!("53995c3f42cd8ad8"), &json!("53995c3f42cd8ad8"))
    );
    for span in spans {
        assert_eq!(span["traceId"], TRACE_ID);
        let order = json!({"key": "order_id", "value": {"stringValue": ORDER}});
        assert!(span["attributes"].as_array().unwrap().contains(&order), "{span}");
    }
    assert!(daemon.recv(&mut [0; 1]).is_err(), "the daemon was spoken to as well");
}

#[test]
fn a_collector_that_refuses_or_is_not_there_fails_no_invocation() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = std::thread::spawn(move || collect_one(&listener, 503));
    start_function(&[(COLLECTOR, endpoint.clone())]);
    collector.join().unwrap();
    // The thread took its listener along.
    start_function(&[(COLLECTOR, endpoint)]);
}

#[test]
fn without_a_collector_or_with_what_is_none_the_daemon_hears_of_the_call() {
    for collector in [None, Some("https://collector.example.test")] {
        let (daemon, address) = daemon();
        let mut variables = vec![(DAEMON, address)];
        variables.extend(collector.map(|endpoint| (COLLECTOR, endpoint.to_owned())));
        start_function(&variables);
        let mut datagram = [0; 4096];
        let length = daemon
            .recv(&mut datagram)
            .expect("the datagram is there when its sender has ended");
        let text = std::str::from_utf8(&datagram[..length]).unwrap();
        let (_, document) = text.split_once('\n').unwrap();
        let document: Value = serde_json::from_str(document).unwrap();
        assert_eq!(
            (&document["name"], &document["parent_id"]),
            (&json!("DynamoDB"), &json!("53995c3f42cd8ad8"))
        );
    }
}
