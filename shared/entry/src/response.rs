//! HTTP responses, and their form for API Gateway.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::problem::Problem;

/// An HTTP response. It can be stored and read back, to replay the response to an idempotent request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// One value per name: payload format 2.0 has no multi-value headers in responses.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl HttpResponse {
    /// A response with a body of this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let headers = BTreeMap::from([("Content-Type".to_owned(), content_type.to_owned())]);
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// A response with a JSON body. It fails only for a type that JSON cannot represent, which is an internal error.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|error| Problem::internal(&error))?;
        Ok(Self::new(status, "application/json", body))
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: BTreeMap::new(),
            body: String::new(),
        }
    }

    /// Sets a header. It replaces a header of the same name, ignoring case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|other, _| !other.eq_ignore_ascii_case(name));
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// Whether a header of this name is set, ignoring case.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.keys().any(|other| other.eq_ignore_ascii_case(name))
    }

    /// The name of the first header with invalid characters. A line feed in a value could inject another header.
    pub(crate) fn malformed_header(&self) -> Option<&str> {
        let name_is_fit = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let value_is_fit = |value: &str| value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        self.headers
            .iter()
            .find(|(name, value)| !name_is_fit(name) || !value_is_fit(value))
            .map(|(name, _)| name.as_str())
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    pub(crate) fn into_gateway_json(self) -> Value {
        json!({
            "statusCode": self.status,
            "headers": self.headers,
            "body": self.body,
            "isBase64Encoded": false,
        })
    }
}

impl From<&Problem> for HttpResponse {
    fn from(problem: &Problem) -> Self {
        let response = Self::new(problem.status, "application/problem+json", problem.to_json());
        problem.headers.iter().fold(response, |response, (name, value)| {
            response.header(name, value.as_str())
        })
    }
}

/// Omits the body and the headers, which may contain personal data.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_has_the_form_that_the_gateway_expects() {
        let response = HttpResponse::json(202, &json!({"id": "0192"}))
            .unwrap()
            .header("Location", "/orders/0192");
        assert_eq!(
            response.into_gateway_json(),
            json!({
                "statusCode": 202,
                "headers": {"Content-Type": "application/json", "Location": "/orders/0192"},
                "body": "{\"id\":\"0192\"}",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn a_header_is_replaced_whatever_its_case() {
        let response = HttpResponse::empty(204)
            .header("location", "/a")
            .header("Location", "/b");
        assert_eq!(response.headers, BTreeMap::from([("Location".into(), "/b".into())]));
        assert!(response.has_header("LOCATION"));
    }

    #[test]
    fn a_stored_response_reads_back_unchanged() {
        let response = HttpResponse::json(202, &json!({"id": "é"})).unwrap().header("X", "1");
        let stored = serde_json::to_vec(&response).unwrap();
        assert!(serde_json::from_slice::<HttpResponse>(&stored).unwrap() == response);
    }

    #[test]
    fn a_header_that_could_inject_another_is_found() {
        for (name, value) in [("X", "a\r\nSet-Cookie: b"), ("X: y", "a"), ("", "a"), ("X", "é")] {
            assert_eq!(
                HttpResponse::empty(200).header(name, value).malformed_header(),
                Some(name)
            );
        }
    }

    #[test]
    fn a_body_that_json_cannot_represent_is_an_internal_problem() {
        let unfit = BTreeMap::from([((1, 2), 3)]);
        assert_eq!(HttpResponse::json(200, &unfit).unwrap_err().status, 500);
    }

    #[test]
    fn the_body_is_not_printed() {
        let response = HttpResponse::new(200, "text/plain", "ann@example.test");
        assert!(!format!("{response:?}").contains("ann"));
    }
}
