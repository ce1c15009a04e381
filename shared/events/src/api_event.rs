//! The event of an API Gateway HTTP API (payload format 2.0), with only the members that the shop reads.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One request of an HTTP API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiEvent {
    /// The route that matched, like `GET /orders/{id}`.
    pub route_key: Option<String>,
    /// The path, with the stage in front unless that is `$default`.
    pub raw_path: Option<String>,
    /// The request's headers. API Gateway joins several headers of one name by commas.
    #[serde(default)]
    pub headers: Headers,
    /// The query parameters. API Gateway joins several values of one name by commas.
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// The variables of the route, decoded except for `%25`.
    pub path_parameters: Option<BTreeMap<String, String>>,
    /// The request's method, stage and authorizer.
    pub request_context: RequestContext,
    /// The body, as text or base64.
    pub body: Option<String>,
    /// Whether the body is base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// The member `requestContext`.
#[derive(Deserialize)]
pub struct RequestContext {
    /// The HTTP request line.
    pub http: Http,
    /// The stage of the API.
    pub stage: Option<String>,
    /// What the route's authorizer found; `None` on a route without an authorizer.
    pub authorizer: Option<Authorizer>,
}

/// The member `requestContext.http`.
#[derive(Deserialize)]
pub struct Http {
    /// The method, like `GET`.
    pub method: String,
}

/// The member `requestContext.authorizer`.
#[derive(Deserialize)]
pub struct Authorizer {
    /// Set by a JWT authorizer.
    pub jwt: Option<Jwt>,
}

/// The token that the JWT authorizer verified.
#[derive(Deserialize)]
pub struct Jwt {
    /// The claims of the token.
    pub claims: Option<Claims>,
}

/// The claims that the shop reads.
#[derive(Deserialize)]
pub struct Claims {
    /// `access` in an access token, `id` in an ID token.
    pub token_use: Option<Text>,
    /// The user's id.
    pub sub: Option<Text>,
    /// The user's groups, as a list or as one string like `[staff admin]`.
    #[serde(rename = "cognito:groups")]
    pub groups: Option<Value>,
}

/// A string, or a value of another type, which does not fail the whole event.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// A string.
    Text(String),
    /// Any other value; it is not kept.
    Other(IgnoredAny),
}

impl Text {
    /// The string, if it is one.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

/// Names and values, in the order of the event.
#[derive(Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of this header, ignoring the case of its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("headers, or null")
    }

    fn visit_unit<E>(self) -> Result<Headers, E> {
        Ok(Headers::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Headers, A::Error> {
        let mut headers = Vec::with_capacity(members.size_hint().unwrap_or_default());
        while let Some((name, value)) = members.next_entry::<String, Text>()? {
            headers.extend(value.text().map(|value| (name, value)));
        }
        Ok(Headers(headers))
    }
}
