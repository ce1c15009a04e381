//! A bucket with scripted answers: statuses, errors, and bodies that break off or stall.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use adapter_s3::bucket::Bucket;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame};
use recorded_aws::{Reply, dropped, response};

/// The host that the SDK derives from region and bucket.
const ORIGIN: &str = "https://shop-uploads.s3.us-east-1.amazonaws.com";

/// The reply to a request.
pub(crate) enum Answer {
    Response {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: SdkBody,
    },
    /// The connection breaks, so the client cannot know whether the request had an effect.
    Dropped,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    Proper,
    /// With the error of an HTTP client whose connection closed.
    Broken,
    /// Never: the body stalls.
    Stalled,
    /// Reading up to here is a fault of the test.
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

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let Answer::Response { status, headers, body } = answer else {
            return Err(dropped());
        };
        let mut response = response(status, body);
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        Ok(response)
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
            End::Untouchable => panic!("the test must not read this body to its end"),
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

impl From<&HttpRequest> for Sent {
    fn from(request: &HttpRequest) -> Self {
        let headers = request.headers().iter();
        let place = request.uri().strip_prefix(ORIGIN).unwrap();
        Self {
            line: format!("{} {place}", request.method()),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: request.body().bytes().unwrap().to_vec(),
        }
    }
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

/// A bucket with a scripted service.
pub(crate) struct Recorded {
    pub(crate) bucket: Bucket,
    service: recorded_aws::Recorded<Sent>,
}

impl Recorded {
    pub(crate) fn new(answer: impl Fn(&[Sent]) -> Answer + Send + Sync + 'static) -> Self {
        let service = recorded_aws::Recorded::new(answer);
        let bucket = Bucket::new(&service.config, "shop-uploads");
        Self { bucket, service }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.service.sent()
    }

    /// Method, path and query of every request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }
}
