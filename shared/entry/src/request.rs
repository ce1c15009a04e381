//! Reads an API Gateway HTTP API event (payload format 2.0) into a request: headers, query, body and caller.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use events::api_event::{ApiEvent, Headers};
use events::invocation::InvocationContext;
use serde::de::DeserializeOwned;
use telemetry::context::is_correlation_id;

use crate::caller::{Caller, CallerFault};
use crate::problem::Problem;
use crate::unique_members;

/// Bytes of a body that any route accepts, at most, after base64 decoding. API Gateway itself accepts 10 MB.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// The header with the correlation id, in requests and responses.
pub const CORRELATION_ID_HEADER: &str = "X-Correlation-Id";

/// An HTTP request. It has no `Debug`, because it holds tokens and personal data.
pub struct HttpRequest {
    /// The HTTP method, as sent.
    pub method: String,
    /// The path without the stage.
    pub path: String,
    /// The route of the template that matched, like `GET /orders/{id}`.
    pub route: String,
    /// The body after base64 decoding.
    pub body: Vec<u8>,
    /// Links all log lines and events that this request causes.
    pub correlation_id: String,
    /// When Lambda ends this invocation, in Unix milliseconds. A lease for this request ends at the same time.
    pub deadline_ms: u64,
    headers: Headers,
    query: BTreeMap<String, String>,
    path_parameters: BTreeMap<String, String>,
    caller: Result<Caller, CallerFault>,
}

/// The caller's correlation id if it is valid, else Lambda's request id.
pub(crate) fn correlation_id_of(headers: Option<&Headers>, context: &InvocationContext) -> String {
    headers
        .and_then(|headers| headers.get(CORRELATION_ID_HEADER))
        .filter(|id| is_correlation_id(id))
        .unwrap_or(&context.request_id)
        .to_owned()
}

impl HttpRequest {
    pub(crate) fn of(event: ApiEvent, context: &InvocationContext, correlation_id: String) -> Result<Self, Problem> {
        let body = read_body(event.body, event.is_base64_encoded)?;
        let asked = event.request_context;
        if !is_method(&asked.http.method) {
            return Err(undecodable("http event: the method is not a valid HTTP method"));
        }
        Ok(Self {
            method: asked.http.method,
            path: path_without_stage(event.raw_path.as_deref(), asked.stage.as_deref()),
            route: event.route_key.unwrap_or_default(),
            body,
            correlation_id,
            deadline_ms: context.deadline_ms,
            headers: event.headers,
            query: event.query_string_parameters.unwrap_or_default(),
            path_parameters: event.path_parameters.unwrap_or_default(),
            caller: Caller::from_claims(asked.authorizer.and_then(|by| by.jwt?.claims)),
        })
    }

    /// A header's value. API Gateway joins several headers of one name by commas.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// A header that a request may have only once. API Gateway joins repeated headers by commas, so a value with a
    /// comma cannot be told from two values, and is refused.
    pub fn single_header(&self, name: &str, refusal: impl FnOnce() -> Problem) -> Result<Option<&str>, Problem> {
        match self.header(name) {
            Some(value) if value.contains(',') => Err(refusal()),
            value => Ok(value),
        }
    }

    /// A query parameter's value. API Gateway joins several values by commas; they are not split: `limit=5&limit=9` is
    /// not a valid limit.
    pub fn query(&self, name: &str) -> Option<String> {
        self.query.get(name).cloned()
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

    /// A path parameter, decoded. An HTTP API decodes every escape in a path except `%25`, so only this one is left to
    /// decode. Decoding everything again would turn `50%2Foff` into two segments.
    pub fn path_parameter(&self, name: &str) -> Result<String, Problem> {
        self.path_parameters
            .get(name)
            .map(|value| value.replace("%25", "%"))
            .ok_or_else(|| Problem::internal_because(format!("route {:?} has no path parameter {name}", self.route)))
    }

    /// The verified caller; 401 without a valid access token.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().map_err(|fault| Problem::from(*fault))
    }

    /// The body as JSON: 415 if its content type is not JSON, 400 with line and column if it cannot be parsed or an
    /// object has two members of one name.
    ///
    /// Check the content afterwards, so that each fault gets a JSON pointer ([`Problem::invalid_content`]).
    pub fn json_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.header("content-type").is_some_and(is_json_media_type) {
            return Err(Problem::not_json());
        }
        let malformed = |what: &str, fault: &serde_json::Error| {
            Problem::malformed_json(format!("{what}: line {}, column {}", fault.line(), fault.column()))
        };
        unique_members::check(&self.body).map_err(|fault| {
            if fault.is_data() {
                malformed("an object has two members of one name", &fault)
            } else {
                malformed("the body is not valid JSON", &fault)
            }
        })?;
        serde_json::from_slice(&self.body)
            .map_err(|fault| malformed("the JSON does not have the expected structure", &fault))
    }
}

/// Letters and hyphens: every registered method consists of these.
fn is_method(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

pub(crate) fn undecodable(cause: &str) -> Problem {
    Problem::internal_because(format!("invalid event: {cause}"))
}

/// `application/json` or `application/<anything>+json`, with or without parameters.
pub fn is_json_media_type(content_type: &str) -> bool {
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
        // Four characters encode three bytes, so a body that is too large need not be decoded.
        if body.len() / 4 * 3 > BODY_BYTES_MAX + 2 {
            return Err(Problem::body_too_large(BODY_BYTES_MAX));
        }
        let decoded = STANDARD.decode(body);
        decoded.map_err(|_| undecodable("the body is marked as base64 but is not valid base64"))?
    } else {
        body.into_bytes()
    };
    if body.len() > BODY_BYTES_MAX {
        return Err(Problem::body_too_large(BODY_BYTES_MAX));
    }
    Ok(body)
}

/// `rawPath` starts with the stage, unless the stage is `$default`.
fn path_without_stage(raw_path: Option<&str>, stage: Option<&str>) -> String {
    let path = raw_path.unwrap_or("/");
    let stage = stage.unwrap_or("$default");
    if stage == "$default" {
        return path.to_owned();
    }
    match path.strip_prefix('/').and_then(|path| path.strip_prefix(stage)) {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path.to_owned(),
    }
}
