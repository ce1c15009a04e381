//! What did the caller ask? One API Gateway HTTP API event, payload format 2.0, read once.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::caller::{Caller, CallerFault};
use crate::invocation::InvocationContext;
use crate::json::fault_without_content;
use crate::problem::Problem;
use crate::telemetry::is_correlation_id;

/// The largest body that any route takes, after base64 decoding. API Gateway itself would let 10 MB through.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
pub const CORRELATION_ID_HEADER: &str = "X-Correlation-Id";

/// A request. Has no `Debug`: it carries tokens and personal data.
pub struct HttpRequest {
    pub method: String,
    /// The path without the stage.
    pub path: String,
    /// The route of the template that matched, like `GET /orders/{id}`.
    pub route: String,
    pub body: Vec<u8>,
    pub correlation_id: String,
    /// When Lambda ends this invocation, in Unix milliseconds: the end of a lease taken for this request.
    pub deadline_ms: u64,
    headers: BTreeMap<String, String>,
    event: ApiGatewayV2httpRequest,
    caller: Result<Caller, CallerFault>,
}

/// Headers by lower-case name, taken out of the event.
///
/// They are read here and not by `ApiGatewayV2httpRequest`, which refuses the whole event for one header outside ASCII.
pub(crate) fn take_headers(event: &mut Value) -> BTreeMap<String, String> {
    let headers = event.get_mut("headers").map(Value::take);
    let Some(Value::Object(headers)) = headers else {
        return BTreeMap::new();
    };
    headers
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
        .collect()
}

/// The caller's own id for this request when it is a harmless one, else Lambda's.
pub(crate) fn correlation_id_of(headers: &BTreeMap<String, String>, context: &InvocationContext) -> String {
    headers
        .get(&CORRELATION_ID_HEADER.to_ascii_lowercase())
        .filter(|id| is_correlation_id(id))
        .unwrap_or(&context.request_id)
        .clone()
}

impl HttpRequest {
    pub(crate) fn read(
        mut event: Value,
        headers: BTreeMap<String, String>,
        context: &InvocationContext,
        correlation_id: String,
    ) -> Result<Self, Problem> {
        // Taken out first: a claim that is a list, which is not what an HTTP API sends, would make the event undecodable.
        let claims = event
            .pointer_mut("/requestContext/authorizer/jwt/claims")
            .map(Value::take);
        let mut event: ApiGatewayV2httpRequest = serde_json::from_value(event)
            .map_err(|fault| undecodable(&format!("http event: {}", fault_without_content(&fault))))?;
        let body = read_body(event.body.take(), event.is_base64_encoded)?;
        Ok(Self {
            method: event.request_context.http.method.as_str().to_owned(),
            path: path_without_stage(&event),
            route: event.route_key.take().unwrap_or_default(),
            body,
            correlation_id,
            deadline_ms: context.deadline_ms,
            headers,
            caller: Caller::from_claims(claims.as_ref()),
            event,
        })
    }

    /// A header's value; several of one name arrive joined by commas.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// A query parameter's value; several of one name arrive joined by commas, and stay so: `limit=5&limit=9` is no limit.
    pub fn query(&self, name: &str) -> Option<String> {
        let values = self.event.query_string_parameters.all(name)?;
        Some(values.join(","))
    }

    /// The query parameter `limit`: from 1 to `max`, `default` when absent.
    pub fn page_limit(&self, default: usize, max: usize) -> Result<usize, Problem> {
        let Some(text) = self.query("limit") else {
            return Ok(default);
        };
        let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(limit) if all_digits && (1..=max).contains(&limit) => Ok(limit),
            _ => Err(Problem::invalid_limit(max)),
        }
    }

    /// A path parameter, decoded. An HTTP API decodes every escape of a path but `%25`: what is left to do is to read that
    /// one as the percent sign it is, and nothing else. Decoding the whole again would turn `50%2Foff` into two segments.
    pub fn path_parameter(&self, name: &str) -> Result<String, Problem> {
        self.event
            .path_parameters
            .get(name)
            .map(|value| value.replace("%25", "%"))
            .ok_or_else(|| Problem::internal_because(format!("route {:?} has no path parameter {name}", self.route)))
    }

    /// Who is calling; 401 when no authorizer vouches for an access token.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().map_err(|fault| Problem::from(*fault))
    }

    /// The body as JSON: 415 when it is not declared as such, 400 with a position when it cannot be read.
    ///
    /// Rules about its content belong behind this, where a fault can be told with a pointer.
    pub fn json_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.header("content-type").is_some_and(is_json_media_type) {
            return Err(Problem::not_json());
        }
        serde_json::from_slice(&self.body).map_err(|fault| {
            let what = if fault.is_data() {
                "the JSON has another shape than expected"
            } else {
                "the body is not JSON"
            };
            Problem::malformed_json(format!("{what}: line {}, column {}", fault.line(), fault.column()))
        })
    }
}

fn undecodable(cause: &str) -> Problem {
    Problem::internal_because(format!("undecodable event: {cause}"))
}

/// `application/json` or `application/<anything>+json`, with or without parameters.
fn is_json_media_type(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let Some(subtype) = essence.strip_prefix("application/") else {
        return false;
    };
    subtype == "json" || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty())
}

fn read_body(body: Option<String>, is_base64: bool) -> Result<Vec<u8>, Problem> {
    let body = body.unwrap_or_default();
    let body = if is_base64 {
        // Four characters carry three bytes; what is too large is not decoded first.
        if body.len() / 4 * 3 > BODY_BYTES_MAX + 2 {
            return Err(Problem::body_too_large(BODY_BYTES_MAX));
        }
        let decoded = STANDARD.decode(body);
        decoded.map_err(|_| undecodable("the body is not the base64 that it is said to be"))?
    } else {
        body.into_bytes()
    };
    if body.len() > BODY_BYTES_MAX {
        return Err(Problem::body_too_large(BODY_BYTES_MAX));
    }
    Ok(body)
}

/// `rawPath` starts with the stage, unless that is `$default`.
fn path_without_stage(event: &ApiGatewayV2httpRequest) -> String {
    let path = event.raw_path.as_deref().unwrap_or("/");
    let stage = event.request_context.stage.as_deref().unwrap_or("$default");
    if stage == "$default" {
        return path.to_owned();
    }
    match path.strip_prefix('/').and_then(|path| path.strip_prefix(stage)) {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path.to_owned(),
    }
}
