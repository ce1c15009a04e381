//! Accepts connections and serves them, with limits on how long a caller may take to send a request.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Until a connection without a whole request head is closed: also one that waits for its next request. Longer than
/// clients keep an idle connection for reuse, so that they rarely meet one that is just being closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// Between two pieces of a request's body. A slow line sends one more often.
const BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Before the next attempt when no connection can be accepted: no file descriptor is free, and some have to close.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long answers may take to be sent once no request is in work any more.
const CLOSING_LIMIT: Duration = Duration::from_secs(1);
/// How often to look whether the last request has ended.
const DRAIN_POLL: Duration = Duration::from_millis(20);

/// How long a caller may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    head: Duration,
    body_idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: HEAD_TIMEOUT,
            body_idle: BODY_IDLE_TIMEOUT,
        }
    }
}

/// The rest of a body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the request's body stalled")]
pub(crate) struct Stalled;

/// Whether an error of a body is that nothing came any more.
pub(crate) fn is_stalled(fault: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(fault);
    while let Some(fault) = cause {
        if fault.is::<Stalled>() {
            return true;
        }
        cause = fault.source();
    }
    false
}

/// A server at work. Dropped, it stops at once.
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    accepting: JoinHandle<JoinSet<()>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(listener: TcpListener, app: Router, timeouts: Timeouts) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let limited = Limited {
            body_idle: timeouts.body_idle,
            requests: Arc::clone(&requests),
        };
        let app = app.layer(middleware::from_fn_with_state(limited, limit));
        let (stop, stopping) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, app, timeouts.head, stopping));
        Self {
            stop,
            accepting,
            requests,
        }
    }

    /// Accepts no further connection, and returns when the requests in work are answered. Connections without one are
    /// closed.
    pub(crate) async fn stop(&mut self) {
        self.stop.send_replace(true);
        let Ok(mut connections) = (&mut self.accepting).await else {
            return;
        };
        while self.requests.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(DRAIN_POLL).await;
        }
        let closed = async { while connections.join_next().await.is_some() {} };
        tokio::time::timeout(CLOSING_LIMIT, closed).await.unwrap_or_default();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    app: Router,
    head_timeout: Duration,
    mut stopping: watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.changed() => return connections,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, app.clone(), head_timeout, stopping.clone()));
            }
            Err(fault) if is_of_one_connection(&fault) => {}
            Err(fault) => {
                tracing::warn!(
                    error = &fault as &dyn std::error::Error,
                    "no connection can be accepted"
                );
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether the caller was gone before it was accepted; the next one is not affected.
fn is_of_one_connection(fault: &io::Error) -> bool {
    matches!(
        fault.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

async fn serve(stream: TcpStream, app: Router, head_timeout: Duration, mut stopping: watch::Receiver<bool>) {
    // Small answers are sent at once.
    stream.set_nodelay(true).unwrap_or_default();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_timeout);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // A caller that broke off, or was too slow.
    if let Err(fault) = ended {
        tracing::debug!(error = &fault as &dyn std::error::Error, "connection ended");
    }
}

#[derive(Clone)]
struct Limited {
    body_idle: Duration,
    requests: Arc<AtomicUsize>,
}

/// Counts down when the request ends, however it ends.
struct InWork(Arc<AtomicUsize>);

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn limit(State(limited): State<Limited>, request: Request, next: Next) -> Response {
    limited.requests.fetch_add(1, Ordering::SeqCst);
    let _in_work = InWork(Arc::clone(&limited.requests));
    next.run(request.map(|body| timed(body, limited.body_idle))).await
}

/// The body, which ends with [`Stalled`] when its next piece takes too long.
fn timed(body: Body, idle: Duration) -> Body {
    let pieces = stream::unfold(Some(body.into_data_stream()), move |pieces| async move {
        let mut pieces = pieces?;
        match tokio::time::timeout(idle, pieces.next()).await {
            Ok(piece) => Some((piece?, Some(pieces))),
            Err(_) => Some((Err(axum::Error::new(Stalled)), None)),
        }
    });
    Body::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Instant;

    use axum::body::to_bytes;
    use axum::routing::any;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;

    use super::*;

    const SHORT: Timeouts = Timeouts {
        head: Duration::from_millis(200),
        body_idle: Duration::from_millis(200),
    };
    /// Much longer than a timeout and much shorter than for ever.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn start(app: Router, timeouts: Timeouts) -> (Server, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        (Server::start(listener, app, timeouts), address)
    }

    /// Everything until the server closes the connection.
    async fn answer_to(address: SocketAddr, bytes: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .expect("the connection stays open")
            .unwrap_or_default();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn echo() -> Router {
        Router::new().fallback(any(async |body: Body| match to_bytes(body, 1_000).await {
            Ok(bytes) => format!("{} bytes", bytes.len()),
            Err(fault) => format!("stalled: {}", is_stalled(&fault)),
        }))
    }

    #[tokio::test]
    async fn a_connection_without_a_whole_head_is_closed() {
        let (_server, address) = start(echo(), SHORT).await;
        for head in ["", "GET", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half:"] {
            answer_to(address, head).await;
        }
        let whole = answer_to(address, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await;
        assert!(whole.ends_with("0 bytes"), "then idle, and closed: {whole}");
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_not_waited_for() {
        let (_server, address) = start(echo(), SHORT).await;
        let head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        let announced = answer_to(address, &format!("{head}Content-Length: 10\r\n\r\nabc")).await;
        assert!(announced.ends_with("stalled: true"), "{announced}");
        let chunked = answer_to(
            address,
            &format!("{head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
        )
        .await;
        assert!(chunked.ends_with("stalled: true"), "{chunked}");
        let whole = answer_to(
            address,
            &format!("{head}Connection: close\r\nContent-Length: 3\r\n\r\nabc"),
        )
        .await;
        assert!(whole.ends_with("3 bytes"), "{whole}");
    }

    #[tokio::test]
    async fn a_stop_waits_for_requests_in_work_and_for_no_other_connection() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (enter, gate) = (Arc::clone(&entered), Arc::clone(&leave));
        let app = Router::new().fallback(any(async move || {
            enter.notify_one();
            gate.notified().await;
            "late"
        }));
        let (mut server, address) = start(app, Timeouts::default()).await;
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nX").await.unwrap();
        let in_work = tokio::spawn(answer_to(address, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        entered.notified().await;
        let began = Instant::now();
        let stopping = tokio::spawn(async move {
            server.stop().await;
        });
        leave.notify_one();
        stopping.await.unwrap();
        assert!(began.elapsed() < HEAD_TIMEOUT, "the half head was waited for");
        assert!(in_work.await.unwrap().ends_with("late"));
    }
}
