//! What does an adapter send, and what does it make of answers that a local cloud does not give?

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use adapter_s3::bucket::Bucket;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame};

/// The host that the SDK derives from region and bucket.
const ORIGIN: &str = "https://shop-uploads.s3.us-east-1.amazonaws.com";

/// What comes back for a request.
pub(crate) enum Answer {
    Response {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: SdkBody,
    },
    /// The connection breaks; whether the request had an effect, nobody knows.
    Dropped,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    Proper,
    /// With an error, as the HTTP client tells of a connection that closed.
    Broken,
    /// Never.
    Stalled,
    /// Nobody may look for it.
    Untouchable,
}

pub(crate) fn success(body: impl Into<SdkBody>) -> Answer {
    Answer::Response {
        status: 200,
        headers: Vec::new(),
        body: body.into(),
    }
}

pub(crate) fn refused(status: u16, code: &str) -> Answer {
    Answer::Response {
        status,
        headers: Vec::new(),
        body: format!("<Error><Code>{code}</Code><Message>refused</Message></Error>").into(),
    }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Response { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A body that arrives piece by piece.
pub(crate) fn body(pieces: &[&'static [u8]], end: End) -> SdkBody {
    SdkBody::from_body_1_x(Pieces {
        left: pieces.iter().copied().map(Bytes::from_static).collect(),
        end,
    })
}

struct Pieces {
    left: VecDeque<Bytes>,
    end: End,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(piece) = self.left.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Proper => Poll::Ready(None),
            End::Broken => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
            End::Stalled => Poll::Pending,
            End::Untouchable => panic!("this body is not to be read"),
        }
    }
}

/// A request as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    /// Method, path and query, like `GET /key?x-id=GetObject`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        values.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// Answers every request from a function of all requests so far, the current one last.
pub(crate) struct Recorded {
    pub(crate) bucket: Bucket,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Recorded {
    pub(crate) fn new(answer: impl Fn(&[Sent]) -> Answer + Send + Sync + 'static) -> Self {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let connector = SharedHttpConnector::new(Connector {
            answer: Box::new(answer),
            sent: Arc::clone(&sent),
        });
        let client = http_client_fn(move |_settings, _components| connector.clone());
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        };
        let config = lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap();
        Self {
            bucket: Bucket::new(&config.into_builder().http_client(client).build(), "shop-uploads"),
            sent,
        }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// Method, path and query of everything that was sent.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }
}

type Script = dyn Fn(&[Sent]) -> Answer + Send + Sync;

struct Connector {
    answer: Box<Script>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        let place = request.uri().strip_prefix(ORIGIN).unwrap();
        let mut sent = self.sent.lock().unwrap();
        sent.push(Sent {
            line: format!("{} {place}", request.method()),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: request.body().bytes().unwrap().to_vec(),
        });
        HttpConnectorFuture::ready(match (self.answer)(&sent) {
            Answer::Response { status, headers, body } => {
                let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), body);
                for (name, value) in headers {
                    response.headers_mut().insert(name, value);
                }
                Ok(response)
            }
            Answer::Dropped => Err(ConnectorError::io("connection reset".into())),
        })
    }
}
