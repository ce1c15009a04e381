//! A proxy between the functions and the cloud, which loses, delays, repeats and throttles calls.
//!
//! It works on bytes, without an HTTP library, so that it can break a connection at any point.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// Bytes of a request, at most; calls of functions are much smaller.
const REQUEST_BYTES_MAX: usize = 8 << 20;
const HEAD_ENDS_WITH: &[u8] = b"\r\n\r\n";
/// The throttling error of DynamoDB and Step Functions, which the SDK retries.
const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"rate exceeded"}"#;

/// A fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection breaks before the call has an effect.
    NeverArrives,
    /// The call is throttled, without an effect.
    Throttled,
    /// The call has its effect, and the connection breaks before the answer.
    AnswerLost,
    /// The call has its effect twice, as if a part of the network retried it.
    Repeated,
    /// The call is delayed until its caller has given up. Then it has its effect.
    ArrivesLate(Duration),
}

/// A call of a function, for the choice of its fault.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The operation, like `DynamoDB_20120810.UpdateItem`, or the request line if there is no target header.
    pub operation: &'a str,
    pub body: &'a str,
}

/// Runs until it is dropped.
pub struct FaultProxy {
    _runtime: Runtime,
    pending_calls: Arc<AtomicUsize>,
}

type Choose = dyn Fn(Call<'_>) -> Option<Fault> + Send + Sync;

impl FaultProxy {
    /// Listens on a port of the loopback, and forwards calls to `upstream` (address and port) with the faults of
    /// `choose`.
    pub fn start(
        port: u16,
        upstream: &str,
        choose: impl Fn(Call<'_>) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let upstream: SocketAddr = upstream.parse().expect("the cloud's address has a port");
        let choose: Arc<Choose> = Arc::new(choose);
        let pending_calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&pending_calls);
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port))).unwrap();
        runtime.spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (choose, counter) = (Arc::clone(&choose), Arc::clone(&counter));
                tokio::spawn(async move {
                    // Broken connections are intended here; the caller handles them.
                    serve(caller, upstream, &*choose, &counter).await.ok();
                });
            }
        });
        Self {
            _runtime: runtime,
            pending_calls,
        }
    }

    /// The number of calls that have not finished, delayed ones included.
    pub fn pending_calls(&self) -> usize {
        self.pending_calls.load(Ordering::SeqCst)
    }
}

/// Handles one call per connection; the caller opens another connection for the next call.
async fn serve(
    mut caller: TcpStream,
    upstream: SocketAddr,
    choose: &Choose,
    pending_calls: &AtomicUsize,
) -> io::Result<()> {
    let Some(request) = Request::read(&mut caller).await? else {
        return Ok(());
    };
    pending_calls.fetch_add(1, Ordering::SeqCst);
    let done = answer(&mut caller, &request, upstream, choose(request.call())).await;
    pending_calls.fetch_sub(1, Ordering::SeqCst);
    done
}

async fn answer(
    caller: &mut TcpStream,
    request: &Request,
    upstream: SocketAddr,
    fault: Option<Fault>,
) -> io::Result<()> {
    match fault {
        None => caller.write_all(&pass_on(request, upstream).await?).await,
        Some(Fault::NeverArrives) => Ok(()),
        Some(Fault::Throttled) => {
            let (kind, length) = ("application/x-amz-json-1.0", THROTTLED.len());
            let head = format!("HTTP/1.1 400 Bad Request\r\ncontent-type: {kind}\r\ncontent-length: {length}");
            let answer = format!("{head}\r\nconnection: close\r\n\r\n{THROTTLED}");
            caller.write_all(answer.as_bytes()).await
        }
        Some(Fault::AnswerLost) => pass_on(request, upstream).await.map(drop),
        Some(Fault::Repeated) => {
            pass_on(request, upstream).await?;
            caller.write_all(&pass_on(request, upstream).await?).await
        }
        Some(Fault::ArrivesLate(after)) => {
            tokio::time::sleep(after).await;
            pass_on(request, upstream).await.map(drop)
        }
    }
}

async fn pass_on(request: &Request, upstream: SocketAddr) -> io::Result<Vec<u8>> {
    let mut cloud = TcpStream::connect(upstream).await?;
    cloud.write_all(request.head.as_bytes()).await?;
    cloud.write_all(&request.body).await?;
    let mut answer = Vec::new();
    cloud.read_to_end(&mut answer).await?;
    Ok(answer)
}

struct Request {
    /// The bytes of the request, with a header that closes the connection after the answer.
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// `None` if the caller closed the connection without a request, as connection pools do.
    async fn read(caller: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut received = Vec::new();
        let head_bytes = loop {
            if let Some(position) = find(&received, HEAD_ENDS_WITH) {
                break position + HEAD_ENDS_WITH.len();
            }
            if caller.read_buf(&mut received).await? == 0 {
                return Ok(None);
            }
        };
        let body_received = received.split_off(head_bytes);
        let head = String::from_utf8(received).map_err(io::Error::other)?;
        let mut body = body_received;
        let body_bytes = header(&head, "content-length")
            .map_or(Ok(0), str::parse)
            .map_err(io::Error::other)?;
        assert!(body_bytes <= REQUEST_BYTES_MAX, "a request of {body_bytes} bytes");
        if header(&head, "expect").is_some() {
            caller.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        while body.len() < body_bytes {
            if caller.read_buf(&mut body).await? == 0 {
                return Ok(None);
            }
        }
        let kept = head.trim_end().split("\r\n").filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            !name.eq_ignore_ascii_case("connection") && !name.eq_ignore_ascii_case("expect")
        });
        let head = kept
            .chain(["connection: close", "", ""])
            .collect::<Vec<_>>()
            .join("\r\n");
        Ok(Some(Self { head, body }))
    }

    fn call(&self) -> Call<'_> {
        let request_line = self.head.lines().next().unwrap_or_default();
        Call {
            operation: header(&self.head, "x-amz-target").unwrap_or(request_line),
            body: std::str::from_utf8(&self.body).unwrap_or_default(),
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
