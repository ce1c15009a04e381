//! What does API Gateway do before and after a function? Routes, tokens, throttling and CORS, all from the template.
//!
//! What it answers by itself keeps the gateway's shape, `{"message": …}`.

mod cors;
mod event;
mod response;
mod routes;
mod throttle;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::functions::Functions;
use crate::identity::Authorizer;
use crate::template::Deployment;
use routes::{Matched, Routes};
use throttle::TokenBucket;

/// API Gateway's own limits
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

struct Gateway {
    routes: Routes,
    cors: Option<cors::Cors>,
    bucket: Option<TokenBucket>,
    authorizer: Authorizer,
    functions: Arc<dyn Functions>,
}

/// Serves every request that no other router took.
pub(crate) fn router(deployment: &Deployment, functions: Arc<dyn Functions>, authorizer: Authorizer) -> Router {
    let gateway = Gateway {
        routes: Routes::of(deployment),
        cors: deployment.api.cors.clone().map(cors::Cors),
        bucket: TokenBucket::of(deployment.api.rate_per_second, deployment.api.burst),
        authorizer,
        functions,
    };
    Router::new().fallback(serve).with_state(Arc::new(gateway))
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Some(cors) = &gateway.cors
        && let Some(preflight) = cors.preflight(&request)
    {
        return preflight;
    }
    let mut response = gateway.answered(request).await;
    if let (Some(cors), Some(origin)) = (&gateway.cors, origin) {
        cors.decorate(&origin, response.headers_mut());
    }
    response
}

impl Gateway {
    async fn answered(&self, request: Request) -> Response {
        let Some(matched) = self.routes.find(request.method().as_str(), request.uri().path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        if self.bucket.as_ref().is_some_and(|bucket| !bucket.take()) {
            return message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
        }
        let claims = if matched.asks_for_token {
            let authorization = request
                .headers()
                .get(header::AUTHORIZATION)
                .and_then(|value| value.to_str().ok());
            match self.authorizer.claims(authorization) {
                Ok(claims) => Some(claims),
                Err(_) => return message(StatusCode::UNAUTHORIZED, "Unauthorized"),
            }
        } else {
            None
        };
        self.invoked(request, matched, claims).await
    }

    async fn invoked(&self, request: Request, matched: Matched, claims: Option<Map<String, Value>>) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip());
        let event = event::of(&parts, &body, &matched, claims, peer);
        let invocation = self.functions.invoke(&matched.function, event, "http");
        match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(Ok(answer)) => response::of(answer)
                .unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")),
            Ok(Err(_)) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

fn message(status: StatusCode, text: &str) -> Response {
    let mut response = (status, Body::from(json!({ "message": text }).to_string())).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
