//! Answers of the local host's own routes: JSON that nobody caches, and the parameters that they take.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ports::PortFailure;
use serde_json::{Value, json};

/// The largest `limit` that a caller may ask for.
const LIMIT_MAX: usize = 1_000;

pub(crate) fn answer(outcome: Result<Value, PortFailure>) -> Response {
    match outcome {
        Ok(body) => answer_with(StatusCode::OK, &body),
        Err(failure) => {
            tracing::error!(error = &failure as &dyn std::error::Error, "view is not available");
            answer_with(
                StatusCode::SERVICE_UNAVAILABLE,
                &json!({ "message": "Service Unavailable" }),
            )
        }
    }
}

pub(crate) fn answer_with(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// The parameter `limit`, or `usual`.
pub(crate) fn limit(query: Option<&str>, usual: usize) -> Result<usize, Box<Response>> {
    match parameter(query, "limit").map(str::parse) {
        None => Ok(usual),
        Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => {
            let message = format!("limit is a number from 1 to {LIMIT_MAX}");
            Err(Box::new(answer_with(
                StatusCode::BAD_REQUEST,
                &json!({ "message": message }),
            )))
        }
    }
}

/// The value of a parameter whose values need no encoding.
pub(crate) fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    let pairs = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
    values.next()
}
