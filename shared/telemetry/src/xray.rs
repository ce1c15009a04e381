//! Sends spans to X-Ray's daemon, which Lambda runs beside every function: one UDP datagram per span.
//!
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::span::{Call, Span};

/// The header before each document.
const DATAGRAM_HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";

/// The daemon of this process, looked up once: the variables of a process do not change.
fn daemon() -> Option<&'static Daemon> {
    static DAEMON: OnceLock<Option<Daemon>> = OnceLock::new();
    DAEMON.get_or_init(Daemon::from_environment).as_ref()
}

pub(crate) fn is_available() -> bool {
    daemon().is_some()
}

/// Sends without waiting for an answer. A lost trace is logged at debug level only.
pub(crate) fn send(spans: &[Span]) {
    if let Some(Err(error)) = daemon().map(|daemon| daemon.send(spans)) {
        tracing::debug!(error = &error as &dyn std::error::Error, "trace was not sent");
    }
}

struct Daemon(UdpSocket);

impl Daemon {
    /// The daemon at `AWS_XRAY_DAEMON_ADDRESS`, which Lambda sets to an address and a port.
    fn from_environment() -> Option<Self> {
        let address: SocketAddr = std::env::var("AWS_XRAY_DAEMON_ADDRESS").ok()?.parse().ok()?;
        let local = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(local).ok()?;
        // A full buffer must not delay an answer.
        socket.set_nonblocking(true).ok()?;
        socket.connect(address).ok()?;
        Some(Self(socket))
    }

    fn send(&self, spans: &[Span]) -> io::Result<()> {
        let mut datagram = DATAGRAM_HEADER.as_bytes().to_vec();
        for span in spans {
            datagram.truncate(DATAGRAM_HEADER.len());
            serde_json::to_writer(&mut datagram, &Subsegment::of(span))?;
            self.0.send(&datagram)?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Subsegment<'a> {
    name: &'a str,
    id: String,
    trace_id: &'a str,
    parent_id: String,
    r#type: &'static str,
    start_time: f64,
    end_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws: Option<AwsCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<Value>,
    #[serde(skip_serializing_if = "is_false")]
    error: bool,
    #[serde(skip_serializing_if = "is_false")]
    throttle: bool,
    #[serde(skip_serializing_if = "is_false")]
    fault: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    annotations: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Value>,
}

#[derive(Serialize)]
struct AwsCall<'a> {
    operation: &'a str,
    region: &'a str,
    retries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table_name: Option<&'a str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl<'a> Subsegment<'a> {
    fn of(span: &'a Span) -> Self {
        let call = span.call.as_ref();
        let status = call.and_then(|call| call.outcome.status);
        let is_callers_fault = status.is_some_and(|status| (400..500).contains(&status));
        let error = call.and_then(|call| call.outcome.error.as_deref());
        Self {
            name: &span.name,
            id: span.id.to_string(),
            trace_id: &span.trace_id,
            parent_id: span.parent.to_string(),
            r#type: "subsegment",
            start_time: seconds(span.started),
            end_time: seconds(span.ended),
            namespace: call.map(|_| "aws"),
            aws: call.map(aws_call),
            http: status.map(|status| serde_json::json!({"response": {"status": status}})),
            error: span.failed && is_callers_fault,
            throttle: call.is_some_and(|call| call.outcome.throttled),
            fault: span.failed && !is_callers_fault,
            // Only the error code: a message may quote the request.
            cause: error.map(|name| serde_json::json!({"exceptions": [{"type": name, "remote": true}]})),
            annotations: span
                .subject
                .iter()
                .map(|(subject, id)| (subject.name().to_owned(), Value::from(id.as_str())))
                .collect(),
            links: span
                .link
                .as_ref()
                .map(|(trace_id, id)| serde_json::json!([{"trace_id": trace_id, "id": id.to_string()}])),
        }
    }
}

fn aws_call(call: &Call) -> AwsCall<'_> {
    AwsCall {
        operation: &call.target.operation,
        region: &call.target.region,
        retries: call.retries,
        request_id: call.outcome.request_id.as_deref(),
        table_name: call.target.table.as_deref(),
    }
}

/// Seconds since the epoch, as X-Ray expects them. An `f64` represents microseconds of this century exactly enough.
fn seconds(time: SystemTime) -> f64 {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Duration::from_micros(u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX)).as_secs_f64()
}
