//! Sets headers of responses.

use axum::http::header::IntoHeaderName;
use axum::http::{HeaderMap, HeaderValue};

/// Sets a header; a value that is not valid in a header is left out.
pub(crate) fn put(headers: &mut HeaderMap, name: impl IntoHeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
