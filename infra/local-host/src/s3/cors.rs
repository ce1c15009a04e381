//! Answers browsers that ask whether a page may use a bucket, by the CORS rules of the template.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::headers::put;
use crate::template::CorsSpec;

pub(super) const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// Why a preflight is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NotAPreflight,
    /// No rule allows the request.
    Forbidden,
}

/// What a page wants to send.
struct Wish<'a> {
    origin: &'a str,
    method: &'a str,
    /// Names of headers.
    headers: Vec<&'a str>,
}

/// The answer to `OPTIONS`, by the first rule that allows everything that the page wants.
pub(super) fn preflight(rules: &[CorsSpec], headers: &HeaderMap) -> Result<Response, Refusal> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(method)) = (text(header::ORIGIN), text(header::ACCESS_CONTROL_REQUEST_METHOD)) else {
        return Err(Refusal::NotAPreflight);
    };
    let requested = text(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let names = requested.split(',').map(str::trim).filter(|name| !name.is_empty());
    let wish = Wish {
        origin,
        method,
        headers: names.collect(),
    };
    let rule = rules
        .iter()
        .find(|rule| allows(rule, &wish))
        .ok_or(Refusal::Forbidden)?;
    let mut response = StatusCode::OK.into_response();
    let answered = response.headers_mut();
    allow(rule, origin, answered);
    if !requested.is_empty() {
        put(answered, header::ACCESS_CONTROL_ALLOW_HEADERS, requested);
    }
    if let Some(seconds) = rule.max_age_seconds {
        put(answered, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    Ok(response)
}

/// Lets the page of an allowed origin read the answer. Refused origins get `Vary` too, or a cache would mix them up.
pub(super) fn decorate(rules: &[CorsSpec], method: &Method, origin: &HeaderValue, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    let Ok(origin) = origin.to_str() else { return };
    let wish = Wish {
        origin,
        method: method.as_str(),
        headers: Vec::new(),
    };
    if let Some(rule) = rules.iter().find(|rule| allows(rule, &wish)) {
        allow(rule, origin, headers);
    }
}

fn allows(rule: &CorsSpec, wish: &Wish<'_>) -> bool {
    let is_header_allowed = |name: &&str| {
        let name = name.to_ascii_lowercase();
        rule.allow_headers
            .iter()
            .any(|allowed| matches(&allowed.to_ascii_lowercase(), &name))
    };
    rule.allow_methods.iter().any(|allowed| allowed == wish.method)
        && rule.allow_origins.iter().any(|allowed| matches(allowed, wish.origin))
        && wish.headers.iter().all(is_header_allowed)
}

fn allow(rule: &CorsSpec, origin: &str, headers: &mut HeaderMap) {
    // Credentials and a wildcard exclude each other.
    if rule.allow_origins.iter().any(|allowed| allowed == "*") {
        put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        put(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    put(
        headers,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        &rule.allow_methods.join(", "),
    );
    if !rule.expose_headers.is_empty() {
        put(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            &rule.expose_headers.join(", "),
        );
    }
}

/// A text, or one with a single `*` that stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> CorsSpec {
        CorsSpec {
            allow_origins: vec![
                "https://shop.example".to_owned(),
                "https://*.preview.example".to_owned(),
            ],
            allow_methods: vec!["PUT".to_owned()],
            allow_headers: vec!["content-type".to_owned(), "x-amz-*".to_owned()],
            expose_headers: vec!["ETag".to_owned()],
            max_age_seconds: Some(60),
        }
    }

    fn asked(origin: &str, method: &str, names: &str) -> Result<Response, Refusal> {
        let mut headers = HeaderMap::new();
        put(&mut headers, header::ORIGIN, origin);
        put(&mut headers, header::ACCESS_CONTROL_REQUEST_METHOD, method);
        put(&mut headers, header::ACCESS_CONTROL_REQUEST_HEADERS, names);
        preflight(&[rule()], &headers)
    }

    #[test]
    fn the_first_rule_that_allows_everything_answers() {
        for (origin, method, names, is_allowed) in [
            ("https://shop.example", "PUT", "content-type", true),
            ("https://shop.example", "PUT", "", true),
            ("https://shop.example", "PUT", "Content-Type, X-Amz-Date", true),
            ("https://a.preview.example", "PUT", "content-type", true),
            ("https://shop.example", "DELETE", "content-type", false),
            ("https://shop.example", "PUT", "content-type,authorization", false),
            ("https://evil.example", "PUT", "content-type", false),
            ("https://shop.example.evil.example", "PUT", "", false),
            ("https://.preview.example.evil.example", "PUT", "", false),
            ("null", "PUT", "", false),
        ] {
            let answer = asked(origin, method, names);
            assert_eq!(answer.is_ok(), is_allowed, "{origin} {method} {names}");
            let Ok(answer) = answer else { continue };
            assert_eq!(answer.headers()["access-control-allow-origin"], origin);
            assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
            assert_eq!(answer.headers()["access-control-max-age"], "60");
            assert_eq!(answer.headers()["access-control-expose-headers"], "ETag");
        }
    }

    #[test]
    fn without_an_origin_or_a_method_nothing_is_asked() {
        let mut headers = HeaderMap::new();
        assert!(matches!(preflight(&[rule()], &headers), Err(Refusal::NotAPreflight)));
        put(&mut headers, header::ORIGIN, "https://shop.example");
        assert!(matches!(preflight(&[rule()], &headers), Err(Refusal::NotAPreflight)));
    }
}
