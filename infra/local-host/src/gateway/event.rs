//! Makes the event that a function gets of a request: payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::routes::Matched;

const API_ID: &str = "local";
const ACCOUNT: &str = "000000000000";
/// The host listens on this address only, so every caller has it.
const SOURCE_IP: &str = "127.0.0.1";

pub(super) fn of(parts: &Parts, body: &[u8], matched: &Matched, claims: Option<Map<String, Value>>) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let path = parts.uri.path();
    let mut event = json!({
        "version": "2.0",
        "routeKey": matched.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": context(parts, matched, claims),
        "isBase64Encoded": false,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = Value::Object(query_parameters(query));
    }
    if !matched.parameters.is_empty() {
        event["pathParameters"] = json!(matched.parameters);
    }
    if !body.is_empty() {
        let text = if is_text(&parts.headers) {
            std::str::from_utf8(body).ok()
        } else {
            None
        };
        event["isBase64Encoded"] = json!(text.is_none());
        event["body"] = json!(text.map_or_else(|| STANDARD.encode(body), str::to_owned));
    }
    event
}

fn context(parts: &Parts, matched: &Matched, claims: Option<Map<String, Value>>) -> Value {
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let now = Timestamp::now();
    let mut context = json!({
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": header(HOST),
        "domainPrefix": API_ID,
        "http": {
            "method": parts.method.as_str(),
            "path": parts.uri.path(),
            "protocol": format!("{:?}", parts.version),
            "sourceIp": SOURCE_IP,
            "userAgent": header(USER_AGENT),
        },
        "requestId": uuid::Uuid::new_v4().to_string(),
        "routeKey": matched.key,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": now.as_millisecond(),
    });
    if let Some(claims) = claims {
        context["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
    }
    context
}

/// Lower-case names; several values of one name are joined by commas. Cookies have a place of their own.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut joined = Map::new();
    for name in headers.keys().filter(|name| **name != COOKIE) {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        joined.insert(name.as_str().to_owned(), Value::String(values.join(",")));
    }
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Decoded; several values of one name are joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let mut parameters: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let joined = match parameters.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        parameters.insert(name, Value::String(joined));
    }
    parameters
}

/// What API Gateway passes on as text; anything else is encoded in Base64.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let media_type = media_type
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || matches!(
            media_type.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::http::Request;

    use super::*;

    fn event(request: axum::http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let matched = Matched {
            key: "POST /orders/{id}".to_owned(),
            function: "OrdersPlace".to_owned(),
            needs_token: true,
            parameters: BTreeMap::from([("id".to_owned(), "a b".to_owned())]),
        };
        let claims = Map::from_iter([("sub".to_owned(), json!("ann"))]);
        of(&parts, body, &matched, Some(claims))
    }

    #[test]
    fn the_event_has_the_shape_of_payload_format_two() {
        let request = Request::post("/orders/a%20b?limit=2&tag=x&tag=y%2Cz&empty=")
            .header("Host", "127.0.0.1:3000")
            .header("X-One", "1")
            .header("X-One", "2")
            .header("Cookie", "a=1; b=2")
            .header("Content-Type", "application/json");
        let event = event(request, b"{}");
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["rawPath"], "/orders/a%20b");
        assert_eq!(event["rawQueryString"], "limit=2&tag=x&tag=y%2Cz&empty=");
        assert_eq!(
            event["queryStringParameters"],
            json!({ "limit": "2", "tag": "x,y,z", "empty": "" })
        );
        assert_eq!(event["pathParameters"], json!({ "id": "a b" }));
        assert_eq!(event["headers"]["x-one"], "1,2");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert!(event["headers"].get("cookie").is_none());
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("{}"), &json!(false))
        );
        let context = &event["requestContext"];
        assert_eq!(context["authorizer"]["jwt"]["claims"]["sub"], "ann");
        assert_eq!(context["http"]["protocol"], "HTTP/1.1");
        assert_eq!(
            (&context["stage"], &context["routeKey"]),
            (&json!("$default"), &json!("POST /orders/{id}"))
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_encoded() {
        let binary = event(Request::post("/").header("Content-Type", "image/png"), &[0xff, 0x00]);
        assert_eq!(
            (&binary["body"], &binary["isBase64Encoded"]),
            (&json!("/wA="), &json!(true))
        );
        let broken = event(Request::post("/").header("Content-Type", "application/json"), &[0xff]);
        assert_eq!(broken["isBase64Encoded"], json!(true));
        let none = event(Request::post("/"), b"");
        assert!(none.get("body").is_none());
    }
}
