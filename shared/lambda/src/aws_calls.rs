//! Counts and traces every attempt of every call to AWS, in the HTTP client that all SDK clients share.
//!
//! An interceptor of the SDK would have to be added to each client, and a new adapter could forget it. The headers that
//! the SDK sets on a request contain the number of the attempt and the operation.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use telemetry::calls::{InFlight, begin_call};
use telemetry::metric::Metric;
use telemetry::metrics;
use telemetry::span::{Attempt, Outcome, Target};

const TRACE_HEADER: &str = "x-amzn-trace-id";
/// Bytes of an error response, at most. They usually have a few hundred; a longer body is left unread.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;
/// Characters of an error code, at most.
const ERROR_CHARS_MAX: usize = 64;

/// A connector that counts and traces its attempts.
#[derive(Debug)]
pub(crate) struct Observed(pub(crate) SharedHttpConnector);

impl HttpConnector for Observed {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let attempt = begin(&mut request);
        let call = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = call.await;
            match answer {
                Ok(response) => Ok(ended(attempt, response).await),
                Err(error) => {
                    attempt.end(Outcome::default());
                    Err(error)
                }
            }
        })
    }
}

fn begin(request: &mut HttpRequest) -> InFlight {
    let headers = request.headers();
    let number = headers.get("amz-sdk-request").map_or(1, attempt_number);
    if number > 1 {
        metrics::count(Metric::Retries);
    }
    let key = headers.get("amz-sdk-invocation-id").unwrap_or_default();
    let attempt = begin_call(Attempt { key, number }, || target(request));
    // Not part of the signature, because proxies may change it:
    // https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
    if let Some(header) = attempt.header() {
        request.headers_mut().insert(TRACE_HEADER, header.to_owned());
    }
    attempt
}

/// Reads the number from a header like `attempt=2; max=4`.
fn attempt_number(header: &str) -> u32 {
    let attempts = header.split(';').find_map(|part| part.trim().strip_prefix("attempt="));
    attempts.and_then(|number| number.parse().ok()).unwrap_or(1)
}

async fn ended(attempt: InFlight, mut response: HttpResponse) -> HttpResponse {
    let status = response.status().as_u16();
    let mut outcome = Outcome {
        status: Some(status),
        ..Outcome::default()
    };
    if status >= 400 {
        outcome.error = error_code(&mut response).await;
        outcome.throttled = status == 429 || outcome.error.as_deref().is_some_and(aws_errors::is_throttling_code);
        if outcome.throttled {
            metrics::count(Metric::Throttles);
        }
    }
    if attempt.is_traced() {
        let headers = response.headers();
        let id = headers
            .get("x-amzn-requestid")
            .or_else(|| headers.get("x-amz-request-id"));
        outcome.request_id = id.map(str::to_owned);
    }
    attempt.end(outcome);
    response
}

/// Reads the error code from a header, from a member of a JSON body, or from an element of an XML body. Puts the body
/// back, unless it breaks off or is too long: then it stays empty, and the SDK reports an unreadable response.
async fn error_code(response: &mut HttpResponse) -> Option<String> {
    if let Some(name) = response.headers().get("x-amzn-errortype") {
        return plain_code(name);
    }
    let length = response.headers().get("content-length").map(str::parse::<usize>);
    if length.is_some_and(|length| length.is_ok_and(|bytes| bytes > REFUSAL_BYTES_MAX)) {
        return None;
    }
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let mut body = ByteStream::new(body);
    let mut bytes = Vec::new();
    // S3 sends error responses in chunks, without a length.
    while let Some(chunk) = body.try_next().await.ok()? {
        if bytes.len() + chunk.len() > REFUSAL_BYTES_MAX {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    let name = std::str::from_utf8(&bytes).ok().and_then(code_in_body);
    *response.body_mut() = SdkBody::from(bytes);
    name
}

fn code_in_body(body: &str) -> Option<String> {
    let after = |start: &str| body.split_once(start).map(|(_, rest)| rest);
    let json = after("\"__type\"").and_then(|rest| rest.split('"').nth(1));
    let xml = || after("<Code>").and_then(|rest| rest.split('<').next());
    plain_code(json.or_else(xml)?)
}

/// Extracts `ThrottlingException` from `com.amazon.coral.availability#ThrottlingException:http://...`. Other texts than
/// codes are refused, so that no message gets into a trace.
fn plain_code(text: &str) -> Option<String> {
    let name = text.split(':').next()?.rsplit('#').next()?.trim();
    let is_name = !name.is_empty()
        && name.len() <= ERROR_CHARS_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    is_name.then(|| name.to_owned())
}

fn target(request: &HttpRequest) -> Target {
    let (region, scope) = scope(request).unwrap_or_default();
    let service = match scope {
        "dynamodb" => "DynamoDB",
        "s3" => "S3",
        "states" => "StepFunctions",
        "cognito-idp" => "CognitoIdentityProvider",
        "ses" => "SES",
        other => other,
    };
    Target {
        service: service.to_owned(),
        operation: operation(request),
        region: region.to_owned(),
        table: (scope == "dynamodb").then(|| only_table(request)).flatten(),
    }
}

/// Region and service, from the signature: `Credential=AKID/20261101/eu-central-1/dynamodb/aws4_request`.
fn scope(request: &HttpRequest) -> Option<(&str, &str)> {
    let signature = request.headers().get("authorization")?;
    let credential = signature.split_once("Credential=")?.1.split(',').next()?;
    let mut parts = credential.split('/').skip(2);
    Some((parts.next()?, parts.next()?))
}

/// The operation. JSON protocols have it in a header; S3 has it in the query, or only in method and path.
fn operation(request: &HttpRequest) -> String {
    if let Some((_, operation)) = request
        .headers()
        .get("x-amz-target")
        .and_then(|name| name.split_once('.'))
    {
        return operation.to_owned();
    }
    let (address, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name));
    if let Some(operation) = parameter("x-id=") {
        return operation.to_owned();
    }
    let named = match request.method() {
        "HEAD" => "HeadObject",
        "POST" if parameter("uploads").is_some() => "CreateMultipartUpload",
        "POST" if parameter("uploadId=").is_some() => "CompleteMultipartUpload",
        "POST" if address.ends_with("/outbound-emails") => "SendEmail",
        method => method,
    };
    named.to_owned()
}

/// The table of a request that names only one table. With it X-Ray shows each table separately.
fn only_table(request: &HttpRequest) -> Option<String> {
    let body = std::str::from_utf8(request.body().bytes()?).ok()?;
    let mut names = body
        .match_indices("\"TableName\":\"")
        .filter_map(|(at, key)| body[at + key.len()..].split('"').next());
    let first = names.next()?;
    names.all(|name| name == first).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use aws_smithy_runtime_api::http::StatusCode;
    use bytes::Bytes;
    use http_body::{Body, Frame};

    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let mut request = HttpRequest::get(uri).unwrap();
        request.set_method(method).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    #[test]
    fn the_target_of_a_call_is_read_from_its_request() {
        let signature =
            "AWS4-HMAC-SHA256 Credential=AKID/20261101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host";
        let headers = [
            ("authorization", signature),
            ("x-amz-target", "DynamoDB_20120810.GetItem"),
        ];
        let mut get = request("POST", "http://localhost/", &headers);
        *get.body_mut() = SdkBody::from(r#"{"TableName":"orders","Key":{"pk":{"S":"order#1"}}}"#);
        let expected = Target {
            service: "DynamoDB".to_owned(),
            operation: "GetItem".to_owned(),
            region: "eu-central-1".to_owned(),
            table: Some("orders".to_owned()),
        };
        assert_eq!(target(&get), expected);
        *get.body_mut() = SdkBody::from(r#"[{"Put":{"TableName":"a"}},{"Put":{"TableName":"b"}}]"#);
        assert_eq!(target(&get).table, None);
    }

    #[test]
    fn an_operation_without_a_name_is_recognised_by_its_address() {
        for (method, uri, name) in [
            ("GET", "http://s3/b/k?x-id=GetObject", "GetObject"),
            (
                "PUT",
                "http://s3/b/k?partNumber=1&uploadId=u&x-id=UploadPart",
                "UploadPart",
            ),
            ("HEAD", "http://s3/b/k?versionId=1", "HeadObject"),
            ("POST", "http://s3/b/k?uploads", "CreateMultipartUpload"),
            ("POST", "http://s3/b/k?uploadId=u", "CompleteMultipartUpload"),
            ("POST", "http://ses/v2/email/outbound-emails", "SendEmail"),
            ("DELETE", "http://s3/b/k", "DELETE"),
        ] {
            assert_eq!(operation(&request(method, uri, &[])), name);
        }
    }

    #[tokio::test]
    async fn an_error_code_is_read_and_the_body_stays_readable() {
        for (body, name) in [
            (
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#,
                Some("ProvisionedThroughputExceededException"),
            ),
            (
                r#"{"message":"no","__type" : "ThrottlingException"}"#,
                Some("ThrottlingException"),
            ),
            (
                "<Error><Code>SlowDown</Code><Key>private</Key></Error>",
                Some("SlowDown"),
            ),
            (r#"{"__type":"the mail ann@example.test"}"#, None),
            ("bad gateway", None),
        ] {
            let mut response = HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body));
            assert_eq!(error_code(&mut response).await.as_deref(), name);
            assert_eq!(response.body().bytes(), Some(body.as_bytes()));
        }
    }

    /// A body as S3 sends it: in so many chunks, without a length.
    struct Chunks(usize);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            let Some(left) = self.0.checked_sub(1) else {
                return Poll::Ready(None);
            };
            self.0 = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(
                b"<Error><Code>SlowDown</Code></Error>",
            )))))
        }
    }

    fn chunked(chunks: usize) -> HttpResponse {
        let body = SdkBody::from_body_1_x(Chunks(chunks));
        HttpResponse::new(StatusCode::try_from(503).unwrap(), body)
    }

    #[tokio::test]
    async fn a_chunked_body_is_read_up_to_a_limit() {
        let mut short = chunked(1);
        assert_eq!(error_code(&mut short).await.as_deref(), Some("SlowDown"));
        assert_eq!(short.body().bytes(), Some(&b"<Error><Code>SlowDown</Code></Error>"[..]));
        let mut endless = chunked(usize::MAX);
        assert_eq!(error_code(&mut endless).await, None);
        assert_eq!(
            endless.body().bytes(),
            Some(&b""[..]),
            "the SDK finds an unreadable answer"
        );
    }

    #[test]
    fn attempts_are_counted_from_one() {
        assert_eq!(attempt_number("ttl=20261101T000000Z; attempt=3; max=4"), 3);
        assert_eq!(attempt_number("attempt=1; max=4"), 1);
        assert_eq!(attempt_number("max=4"), 1);
    }
}
