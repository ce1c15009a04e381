//! How does any OpenTelemetry collector learn of a span? By OTLP over HTTP, in JSON, to where `OTEL_EXPORTER_OTLP_ENDPOINT`
//! says.
//!
//! For a collector beside the function, which is where Lambda's extensions run: plain HTTP, one request per invocation,
//! and the answer is waited for, since Lambda freezes the process right after. What is not built in costs nothing: see the
//! feature `otlp`. <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::span::Span;

/// A collector that needs longer is not beside the function, and would be paid for in every answer.
const TIMEOUT: Duration = Duration::from_millis(200);
/// OTLP's numbers for what a span is.
const KIND_SERVER: u8 = 2;
const KIND_CLIENT: u8 = 3;
const STATUS_ERROR: u8 = 2;

pub(crate) struct Collector {
    address: SocketAddr,
    host: String,
    path: String,
}

impl Collector {
    pub(crate) fn from_environment() -> Option<Self> {
        let endpoint = std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok()?;
        let collector = Self::at(&endpoint);
        if collector.is_none() {
            tracing::warn!("OTEL_EXPORTER_OTLP_ENDPOINT is no http:// address with a port, sending to X-Ray");
        }
        collector
    }

    fn at(endpoint: &str) -> Option<Self> {
        let (host, path) = match endpoint.strip_prefix("http://")?.split_once('/') {
            Some((host, path)) => (host, path.trim_end_matches('/')),
            None => (endpoint.strip_prefix("http://")?, ""),
        };
        let path = if path.is_empty() {
            "/v1/traces".to_owned()
        } else {
            format!("/{path}/v1/traces")
        };
        Some(Self {
            address: host.to_socket_addrs().ok()?.next()?,
            host: host.to_owned(),
            path,
        })
    }

    pub(crate) fn send(&self, spans: &[Span], function: Option<&Span>) -> io::Result<()> {
        let body = document(spans, function).to_string();
        let mut stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let (path, host, length) = (&self.path, &self.host, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes())?;
        // Its first bytes say that all of it has arrived.
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        if answer.ends_with(b" 200") {
            return Ok(());
        }
        Err(io::Error::other("the collector did not take the trace"))
    }
}

fn document(spans: &[Span], function: Option<&Span>) -> Value {
    let spans: Vec<Value> = function.into_iter().chain(spans).map(span).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": [attribute("service.name", "popshop")]},
        "scopeSpans": [{"scope": {"name": "edge"}, "spans": spans}],
    }]})
}

fn span(span: &Span) -> Value {
    let mut attributes = Vec::new();
    let mut name = span.name.clone();
    if let Some(call) = &span.call {
        name = format!("{}.{}", call.target.service, call.target.operation);
        attributes.push(attribute("rpc.system", "aws-api"));
        attributes.push(attribute("rpc.service", &call.target.service));
        attributes.push(attribute("rpc.method", &call.target.operation));
        attributes.push(attribute("cloud.region", &call.target.region));
        let outcome = &call.outcome;
        let texts = [
            ("aws.request_id", &outcome.request_id),
            ("error.type", &outcome.error),
            ("aws.dynamodb.table_names", &call.target.table),
        ];
        attributes.extend(
            texts
                .into_iter()
                .filter_map(|(key, text)| Some(attribute(key, text.as_ref()?))),
        );
        let numbers = [
            ("http.response.status_code", outcome.status.map(u32::from)),
            ("http.request.resend_count", Some(call.retries)),
        ];
        attributes.extend(numbers.into_iter().filter_map(|(key, number)| {
            // Numbers of 64 bits are texts in OTLP's JSON.
            Some(json!({"key": key, "value": {"intValue": number?.to_string()}}))
        }));
    }
    if let Some((subject, id)) = &span.subject {
        attributes.push(attribute(subject.name(), id));
    }
    let links = span.link.iter();
    let links = links.map(|(trace_id, id)| json!({"traceId": hexadecimal(trace_id), "spanId": id.to_string()}));
    json!({
        "traceId": hexadecimal(&span.trace_id),
        "spanId": span.id.to_string(),
        "parentSpanId": span.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        "name": name,
        "kind": if span.call.is_some() { KIND_CLIENT } else { KIND_SERVER },
        "startTimeUnixNano": nanoseconds(span.started),
        "endTimeUnixNano": nanoseconds(span.ended),
        "attributes": attributes,
        "links": links.collect::<Vec<_>>(),
        "status": if span.failed { json!({"code": STATUS_ERROR}) } else { json!({}) },
    })
}

fn attribute(key: &str, text: &str) -> Value {
    json!({"key": key, "value": {"stringValue": text}})
}

/// X-Ray's `1-5759e988-bd862e3fe1be46a994272793` without its version and dashes.
fn hexadecimal(trace_id: &str) -> String {
    trace_id.split('-').skip(1).collect()
}

fn nanoseconds(time: SystemTime) -> String {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_nanos().to_string()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::trace::Subject;
    use crate::trace_header::SpanId;

    fn order_span() -> Span {
        Span {
            trace_id: "1-5759e988-bd862e3fe1be46a994272793".to_owned(),
            id: SpanId::parse("53995c3f42cd8ad8").unwrap(),
            parent: None,
            name: "saga-start".to_owned(),
            started: UNIX_EPOCH + Duration::from_secs(1),
            ended: UNIX_EPOCH + Duration::from_secs(2),
            failed: true,
            call: None,
            subject: Some((Subject::Order, "0192".to_owned())),
            link: None,
        }
    }

    #[test]
    fn a_collector_receives_a_span_as_otlp_spells_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Collector::at(&format!("http://{}/otel/", listener.local_addr().unwrap())).unwrap();
        let received = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut text = String::new();
            let mut buffer = [0; 4096];
            while !text.ends_with("]}]}") {
                let count = stream.read(&mut buffer).unwrap();
                text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{}").unwrap();
            text
        });
        collector.send(&[order_span()], None).unwrap();
        let text = received.join().unwrap();
        assert!(text.starts_with("POST /otel/v1/traces HTTP/1.1\r\n"), "{text}");
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let span = &body["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["traceId"], "5759e988bd862e3fe1be46a994272793");
        assert_eq!(
            (&span["spanId"], &span["status"]["code"]),
            (&json!("53995c3f42cd8ad8"), &json!(2))
        );
        assert_eq!(span["attributes"], json!([attribute("order_id", "0192")]));
        assert_eq!(span["endTimeUnixNano"], "2000000000");
    }

    #[test]
    fn only_a_plain_address_with_a_port_is_one() {
        for endpoint in ["https://127.0.0.1:4318", "127.0.0.1:4318", "http://127.0.0.1", ""] {
            assert!(Collector::at(endpoint).is_none(), "{endpoint}");
        }
        assert_eq!(Collector::at("http://127.0.0.1:4318").unwrap().path, "/v1/traces");
    }
}
