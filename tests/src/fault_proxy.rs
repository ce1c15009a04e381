//! What stands between the functions and the cloud when answers get lost? A proxy that loses, delays and repeats calls.
//!
//! Byte by byte, below any HTTP library: an answer that is lost has to be lost on the wire.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// No call of a function comes near it.
const REQUEST_BYTES_MAX: usize = 8 << 20;
const HEAD_ENDS_WITH: &[u8] = b"\r\n\r\n";
/// DynamoDB's and Step Functions' own word for "later"; the SDK knows it from both.
const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"rate exceeded"}"#;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection breaks before the call has an effect.
    NeverArrives,
    /// It is turned away, without an effect.
    Throttled,
    /// It has its effect, and the connection breaks before the answer.
    AnswerLost,
    /// It has its effect twice, as when something on the way tries again.
    Repeated,
    /// Nobody hears of it for so long that its caller has given up. Then it has its effect.
    ArrivesLate(Duration),
}

/// A call of a function, as the proxy sees it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Like `DynamoDB_20120810.UpdateItem`; the request line for services that name no target.
    pub operation: &'a str,
    pub body: &'a str,
}

/// Runs until it is dropped.
pub struct FaultProxy {
    _runtime: Runtime,
    on_their_way: Arc<AtomicUsize>,
}

type Choose = dyn Fn(Call<'_>) -> Option<Fault> + Send + Sync;

impl FaultProxy {
    /// Listens on a port of the loopback, and passes on to `upstream` (an address and a port) what `choose` lets pass.
    pub fn start(
        port: u16,
        upstream: &str,
        choose: impl Fn(Call<'_>) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let upstream: SocketAddr = upstream.parse().expect("the cloud's address has a port");
        let choose: Arc<Choose> = Arc::new(choose);
        let on_their_way = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&on_their_way);
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port))).unwrap();
        runtime.spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (choose, counter) = (Arc::clone(&choose), Arc::clone(&counter));
                tokio::spawn(async move {
                    // A connection that breaks is what this is for; whoever called will tell.
                    serve(caller, upstream, &*choose, &counter).await.ok();
                });
            }
        });
        Self {
            _runtime: runtime,
            on_their_way,
        }
    }

    /// How many calls have not had their effect yet, or not their answer.
    pub fn on_their_way(&self) -> usize {
        self.on_their_way.load(Ordering::SeqCst)
    }
}

/// One call, one connection: the caller opens another one for the next.
async fn serve(
    mut caller: TcpStream,
    upstream: SocketAddr,
    choose: &Choose,
    on_their_way: &AtomicUsize,
) -> io::Result<()> {
    let Some(request) = Request::read(&mut caller).await? else {
        return Ok(());
    };
    on_their_way.fetch_add(1, Ordering::SeqCst);
    let done = answer(&mut caller, &request, upstream, choose(request.call())).await;
    on_their_way.fetch_sub(1, Ordering::SeqCst);
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
    /// Asks for the connection to end with the answer.
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// `None` when the caller has hung up without a word, as pools of connections do.
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
