//! Turns a function's answer into an HTTP response: status, headers, cookies and body of payload format 2.0.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What the gateway says itself, whatever the function says.
const OF_THE_CONNECTION: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// `None` when the answer is malformed: then the gateway answers 500 by itself.
///
/// Without a `statusCode` the whole answer is the body of a 200, as API Gateway infers it.
pub(super) fn of(answer: Value) -> Option<Response> {
    let Some(status) = answer.get("statusCode") else {
        let body = match answer {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return built(StatusCode::OK, HeaderMap::new(), "application/json", body.into_bytes());
    };
    let status = StatusCode::from_u16(u16::try_from(status.as_u64()?).ok()?).ok()?;
    let mut headers = HeaderMap::new();
    let given = answer.get("headers").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = HeaderName::try_from(name.as_str()).ok()?;
        if !OF_THE_CONNECTION.contains(&name) {
            headers.append(name, HeaderValue::try_from(text).ok()?);
        }
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie.as_str()?).ok()?);
    }
    let text = match answer.get("body") {
        None | Some(Value::Null) => "",
        Some(body) => body.as_str()?,
    };
    let is_encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false);
    let body = if is_encoded {
        STANDARD.decode(text).ok()?
    } else {
        text.as_bytes().to_vec()
    };
    built(status, headers, "text/plain; charset=utf-8", body)
}

fn built(status: StatusCode, headers: HeaderMap, default_type: &'static str, body: Vec<u8>) -> Option<Response> {
    let has_type = headers.contains_key(header::CONTENT_TYPE);
    let mut response = Response::builder().status(status).body(Body::from(body)).ok()?;
    *response.headers_mut() = headers;
    if !has_type {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(default_type));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_becomes_a_response() {
        let headers = json!({ "Location": "/orders/1", "Retry-After": 5, "Content-Length": "99" });
        let answer = json!({ "statusCode": 202, "headers": headers, "cookies": ["a=1", "b=2"],
            "body": "aGk=", "isBase64Encoded": true });
        let response = of(answer).unwrap();
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        assert_eq!(response.headers()["location"], "/orders/1");
        assert_eq!(response.headers()["retry-after"], "5");
        assert!(!response.headers().contains_key("content-length"), "the server counts");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn an_answer_without_a_status_is_the_body() {
        let response = of(json!({ "hello": 1 })).unwrap();
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
    }

    #[test]
    fn a_malformed_answer_is_none() {
        for answer in [
            json!({ "statusCode": "x" }),
            json!({ "statusCode": 99 }),
            json!({ "statusCode": 200, "headers": { "bad name": "x" } }),
            json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true }),
            json!({ "statusCode": 200, "body": { "not": "a string" } }),
        ] {
            assert!(of(answer.clone()).is_none(), "{answer}");
        }
    }
}
