//! Does what API Gateway does before and after a function: routes, tokens, throttling and CORS, all from the template.
//!
//! Its own answers keep the gateway's shape, `{"message": …}`.

mod cors;
mod event;
mod received;
mod refusal;
mod response;
mod routes;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::event_log::EventLog;
use crate::functions::{Functions, Source, THROTTLED};
use crate::identity::Authorizer;
use crate::server;
use crate::template::Deployment;
use crate::unwanted_body;
use received::Received;
use refusal::{Claims, OVERLOADED, Refusal, TOO_LARGE};
use routes::{Matched, Routes};
use throttle::TokenBucket;
use tokens::Tokens;

/// API Gateway's own limits
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// For a whole body, however steadily it drips: ten megabytes over a slow line.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

type Admitted = (Matched, Option<Claims>);
const TOO_SLOW: Refusal = (StatusCode::REQUEST_TIMEOUT, "Request Timeout");
const BROKEN_OFF: Refusal = (StatusCode::BAD_REQUEST, "Bad Request");
/// Seconds after which a caller that was throttled or refused may try again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

struct Gateway {
    routes: Routes,
    cors: Option<cors::Cors>,
    /// By route key, for the routes with a limit of their own; the others share the stage's.
    route_buckets: BTreeMap<String, TokenBucket>,
    stage_bucket: Option<TokenBucket>,
    tokens: Tokens,
    functions: Arc<dyn Functions>,
    log: Arc<EventLog>,
    timeout: Duration,
    body_timeout: Duration,
}

/// Serves every request that no other router took.
pub(crate) fn router(
    deployment: &Deployment,
    functions: Arc<dyn Functions>,
    authorizer: Authorizer,
    log: Arc<EventLog>,
) -> Router {
    router_of(Gateway {
        routes: Routes::of(deployment),
        cors: deployment.api.cors.clone().map(cors::Cors),
        route_buckets: route_buckets(deployment),
        stage_bucket: deployment.api.throttling.map(TokenBucket::new),
        tokens: Tokens::new(authorizer),
        functions,
        log,
        timeout: INTEGRATION_TIMEOUT,
        body_timeout: BODY_TIMEOUT,
    })
}

fn route_buckets(deployment: &Deployment) -> BTreeMap<String, TokenBucket> {
    let specs = deployment.api.route_throttling.iter();
    specs
        .map(|(key, spec)| (key.clone(), TokenBucket::new(*spec)))
        .collect()
}

fn router_of(gateway: Gateway) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(gateway))
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Some(cors) = &gateway.cors
        && let Some(preflight) = cors.preflight(&request)
    {
        return preflight;
    }
    let mut response = gateway.answer(request).await;
    if let (Some(cors), Some(origin)) = (&gateway.cors, origin) {
        cors.decorate(&origin, response.headers_mut());
    }
    response
}

impl Gateway {
    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let mut received = Received::of(&parts);
        let response = match self.admit(&parts).await {
            Ok((matched, claims)) => {
                received.route = Some(matched.key.clone());
                self.invoke(parts, body, matched, claims).await
            }
            Err((status, text)) => {
                unwanted_body::discard(&parts.headers, body).await;
                message(status, text)
            }
        };
        self.log.record(received.answered(&response));
        response
    }

    /// The route, with the caller's claims where it needs a token; or the gateway's own answer.
    async fn admit(&self, parts: &Parts) -> Result<Admitted, Refusal> {
        let Some(matched) = self.routes.find(parts.method.as_str(), parts.uri.path()) else {
            return Err((StatusCode::NOT_FOUND, "Not Found"));
        };
        let bucket = self.route_buckets.get(&matched.key).or(self.stage_bucket.as_ref());
        if bucket.is_some_and(|bucket| !bucket.take()) {
            return Err(refusal::THROTTLED);
        }
        // Before the token: a refusal must cost less than what it refuses.
        if self.functions.refuses(source(&parts.method)) {
            return Err(OVERLOADED);
        }
        let mut claims = None;
        if matched.needs_token {
            let mut authorizations = parts.headers.get_all(header::AUTHORIZATION).iter();
            // Two tokens are ambiguous.
            let authorization = match (authorizations.next(), authorizations.next()) {
                (Some(one), None) => one.to_str().ok(),
                _ => None,
            };
            claims = Some(self.tokens.claims(authorization).await?);
        }
        let announced_bytes = text(&parts.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        if announced_bytes.is_some_and(|bytes: usize| bytes > BODY_BYTES_MAX) {
            return Err(TOO_LARGE);
        }
        Ok((matched, claims))
    }

    async fn read_body(&self, body: Body) -> Result<Vec<u8>, Refusal> {
        let reading = async {
            let (mut pieces, mut whole) = (body.into_data_stream(), Vec::new());
            while let Some(piece) = pieces.next().await {
                let piece = piece.map_err(|fault| {
                    if server::is_stalled(&fault) {
                        TOO_SLOW
                    } else {
                        BROKEN_OFF
                    }
                })?;
                if whole.len() + piece.len() > BODY_BYTES_MAX {
                    return Err(TOO_LARGE);
                }
                whole.extend_from_slice(&piece);
            }
            Ok(whole)
        };
        tokio::time::timeout(self.body_timeout, reading)
            .await
            .unwrap_or(Err(TOO_SLOW))
    }

    async fn invoke(&self, parts: Parts, body: Body, matched: Matched, claims: Option<Claims>) -> Response {
        let body = match self.read_body(body).await {
            Ok(body) => body,
            Err((status, text)) => return message(status, text),
        };
        let event = event::of(&parts, &body, &matched, claims);
        let invocation = self.functions.invoke(&matched.function, event, source(&parts.method));
        match tokio::time::timeout(self.timeout, invocation).await {
            Ok(Ok(answer)) => response::of(answer).unwrap_or_else(internal_error),
            // The function did not run. API Gateway answers the same when Lambda throttles.
            Ok(Err(failure)) if failure.error_type == THROTTLED => message(OVERLOADED.0, OVERLOADED.1),
            Ok(Err(_)) => internal_error(),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

/// Requests that change nothing are admitted apart from those that do.
fn source(method: &Method) -> Source {
    if method.is_safe() {
        Source::HttpRead
    } else {
        Source::HttpWrite
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn internal_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn message(status: StatusCode, text: &str) -> Response {
    let mut response = (status, Body::from(json!({ "message": text }).to_string())).into_response();
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
