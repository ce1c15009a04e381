//! Tests over real sockets which failed connections certainly sent no mail: only hyper's error contains this.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;
use domain::ports::{Mailer, SendFailure};
use recorded_aws::sdk_config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::samples::{ambiguous, email, mailer, not_sent};

/// Long enough for a loopback connection on a busy machine, and short enough for a test.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a service handles a connection.
#[derive(Debug, Clone, Copy)]
enum Then {
    /// Sends this before any request, and closes the connection.
    Greets(&'static str),
    /// Reads a request, sends this, and closes the connection.
    Answers(&'static str),
    /// Keeps the connection open and sends nothing.
    Waits,
}

struct Service {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Service {
    async fn that(then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(connection, then, Arc::clone(&counter)));
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(mut connection: TcpStream, then: Then, requests: Arc<AtomicUsize>) {
    if let Then::Greets(text) = then {
        return connection.write_all(text.as_bytes()).await.unwrap();
    }
    let mut request = Vec::new();
    // The body is JSON; only the body ends in a brace.
    while !request.ends_with(b"}") {
        if connection.read_buf(&mut request).await.unwrap_or_default() == 0 {
            return;
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    match then {
        Then::Greets(text) | Then::Answers(text) => connection.write_all(text.as_bytes()).await.unwrap(),
        Then::Waits => std::future::pending().await,
    }
}

async fn send(endpoint: &str) -> SendFailure {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(PATIENCE)
        .operation_attempt_timeout(2 * PATIENCE);
    let config = sdk_config(Some(endpoint))
        .into_builder()
        .timeout_config(timeouts.build())
        .build();
    mailer(&config).send(&email()).await.unwrap_err()
}

#[tokio::test]
async fn a_mail_to_a_closed_port_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert!(not_sent(send(&format!("http://{address}")).await).transient);
}

#[tokio::test]
async fn a_mail_that_waited_for_a_handshake_was_not_sent() {
    for then in [Then::Waits, Then::Greets("not a TLS handshake")] {
        let service = Service::that(then).await;
        let failure = send(&format!("https://{}", service.address)).await;
        assert!(not_sent(failure).transient, "{then:?}");
    }
}

#[tokio::test]
async fn a_mail_with_a_lost_answer_may_have_been_sent_and_is_not_retried() {
    for then in [
        Then::Waits,
        Then::Answers(""),
        Then::Answers("HTTP/1.1 200 OK\r\ncontent-le"),
        Then::Answers("HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"MessageId\""),
        Then::Answers("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
    ] {
        let service = Service::that(then).await;
        let failure = send(&format!("http://{}", service.address)).await;
        assert!(ambiguous(failure).transient, "{then:?}");
        assert_eq!(service.requests(), 1, "{then:?}");
    }
}
