//! Says which pages may call the API from a browser, without a token and without a function.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::headers::put;
use crate::template::CorsSpec;

pub(super) struct Cors(pub(super) CorsSpec);

impl Cors {
    /// The answer to a preflight; `None` for any other request.
    pub(super) fn preflight(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN)?;
        if request.method() != Method::OPTIONS || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        let answered = response.headers_mut();
        if self.decorate(origin, answered) {
            put(
                answered,
                header::ACCESS_CONTROL_ALLOW_METHODS,
                &self.0.allow_methods.join(","),
            );
            put(
                answered,
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                &self.0.allow_headers.join(","),
            );
            if let Some(seconds) = self.0.max_age_seconds {
                put(answered, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
            }
        }
        Some(response)
    }

    /// Replaces the CORS headers of the function, as API Gateway does, by what an allowed origin may read. Whether it
    /// is one. A refused origin gets `Vary` as well, or a cache would give its answer to an allowed one.
    pub(super) fn decorate(&self, origin: &HeaderValue, headers: &mut HeaderMap) -> bool {
        let of_function: Vec<HeaderName> = headers.keys().filter(|name| is_of_cors(name)).cloned().collect();
        for name in &of_function {
            headers.remove(name);
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let is_it = |allowed: &String| allowed == "*" || allowed.as_bytes() == origin.as_bytes();
        if !self.0.allow_origins.iter().any(is_it) {
            return false;
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if !self.0.expose_headers.is_empty() {
            put(
                headers,
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                &self.0.expose_headers.join(","),
            );
        }
        true
    }
}

fn is_of_cors(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}
