//! What does an HTTP API say of a request? As much of payload format 2.0 as anybody here asks for; the rest is passed over
//! and never kept.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiEvent {
    pub route_key: Option<String>,
    pub raw_path: Option<String>,
    #[serde(default)]
    pub headers: Headers,
    /// Several of one name stand joined by commas.
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    pub path_parameters: Option<BTreeMap<String, String>>,
    pub request_context: RequestContext,
    pub body: Option<String>,
    #[serde(default)]
    pub is_base64_encoded: bool,
}

#[derive(Deserialize)]
pub struct RequestContext {
    pub http: Http,
    pub stage: Option<String>,
    pub authorizer: Option<Authorizer>,
}

#[derive(Deserialize)]
pub struct Http {
    pub method: String,
}

#[derive(Deserialize)]
pub struct Authorizer {
    pub jwt: Option<Jwt>,
}

#[derive(Deserialize)]
pub struct Jwt {
    pub claims: Option<Claims>,
}

#[derive(Deserialize)]
pub struct Claims {
    pub token_use: Option<Text>,
    pub sub: Option<Text>,
    #[serde(rename = "cognito:groups")]
    pub groups: Option<Value>,
}

/// A text; what is something else there does not spoil the event.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Text {
    Text(String),
    Other(IgnoredAny),
}

impl Text {
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

/// Names and values, in the order in which they came.
#[derive(Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Whatever the case of its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
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
