//! What did the caller ask? One API Gateway HTTP API event, payload format 2.0, read once.

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
    headers: Headers,
    query: BTreeMap<String, String>,
    path_parameters: BTreeMap<String, String>,
    caller: Result<Caller, CallerFault>,
}

/// The caller's own id for this request when it is a harmless one, else Lambda's.
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
            return Err(undecodable("http event: the method is none"));
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

    /// A header's value; several of one name arrive joined by commas.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// A header of which a request must have no more than one. API Gateway joins repeated headers by commas, so a value
    /// with a comma cannot be told from two values, and is refused.
    pub fn single_header(&self, name: &str, refusal: impl FnOnce() -> Problem) -> Result<Option<&str>, Problem> {
        match self.header(name) {
            Some(value) if value.contains(',') => Err(refusal()),
            value => Ok(value),
        }
    }

    /// A query parameter's value; several of one name arrive joined by commas, and stay so: `limit=5&limit=9` is no limit.
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

    /// A path parameter, decoded. An HTTP API decodes every escape of a path but `%25`: what is left to do is to read that
    /// one as the percent sign it is, and nothing else. Decoding the whole again would turn `50%2Foff` into two segments.
    pub fn path_parameter(&self, name: &str) -> Result<String, Problem> {
        self.path_parameters
            .get(name)
            .map(|value| value.replace("%25", "%"))
            .ok_or_else(|| Problem::internal_because(format!("route {:?} has no path parameter {name}", self.route)))
    }

    /// Who is calling; 401 when no authorizer vouches for an access token.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().map_err(|fault| Problem::from(*fault))
    }

    /// The body as JSON: 415 when it is not declared as such, 400 with a position when it cannot be read or an object has
    /// two members of one name.
    ///
    /// Rules about its content belong behind this, where a fault can be told with a pointer.
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
                malformed("the body is not JSON", &fault)
            }
        })?;
        serde_json::from_slice(&self.body)
            .map_err(|fault| malformed("the JSON has another shape than expected", &fault))
    }
}

/// Every registered method is made of these.
fn is_method(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

pub(crate) fn undecodable(cause: &str) -> Problem {
    Problem::internal_because(format!("undecodable event: {cause}"))
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
