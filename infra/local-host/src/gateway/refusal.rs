//! The answers that API Gateway gives without a function.

use axum::http::StatusCode;
use serde_json::{Map, Value};

/// Of an access token, as a Lambda event shows them.
pub(super) type Claims = Map<String, Value>;
/// A status and the text of its message.
pub(super) type Refusal = (StatusCode, &'static str);

/// There is no room for the request now. The function did not run.
pub(super) const OVERLOADED: Refusal = (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
pub(super) const THROTTLED: Refusal = (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
pub(super) const TOO_LARGE: Refusal = (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
pub(super) const UNAUTHORIZED: Refusal = (StatusCode::UNAUTHORIZED, "Unauthorized");
