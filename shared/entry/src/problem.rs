//! The error responses of the HTTP API: RFC 9457 problems, stable and actionable, without internal details.

use std::error::Error;

use serde::Serialize;
use telemetry::error_chain::error_chain;

/// The `type` of a problem is this plus its slug. It is only an identifier: `.example` never resolves.
pub const TYPE_PREFIX: &str = "https://popshop.example/problems/";
/// `Retry-After` of a transient failure, in seconds.
pub const RETRY_AFTER_SECONDS: u32 = 2;
/// Faults of a body that a problem lists, at most. A body of 64 KiB can have thousands, which nobody reads.
pub const FAULTS_MAX: usize = 100;

/// A failure of a request, as the caller gets it.
///
/// ```
/// use entry::problem::Problem;
/// use entry::response::HttpResponse;
///
/// let problem = Problem::conflict("the order is already cancelled");
/// let response = HttpResponse::from(&problem);
/// assert_eq!(response.status, 409);
/// assert_eq!(response.headers["Content-Type"], "application/problem+json");
/// assert!(response.body.contains(r#""title":"The request conflicts with the current state""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The last segment of `type`, in lower case with hyphens. It is part of the public contract.
    pub slug: &'static str,
    /// The same for every problem of this type.
    pub title: &'static str,
    /// What was wrong with this request, and what is accepted.
    pub detail: Option<Box<str>>,
    /// The faults of the request body; the member `errors`.
    pub faults: Vec<Fault>,
    /// Headers of the response beside its content type.
    pub headers: Vec<(&'static str, String)>,
    /// The internal error and its sources: for the log only, never for the caller.
    pub cause: Option<Box<str>>,
}

/// One fault in a request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The location of the fault as a JSON Pointer (RFC 6901): see [`json_pointer`].
    pub pointer: String,
    /// What is wrong, or what is accepted.
    pub detail: String,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl Problem {
    /// A problem that only one function has. Problems that several functions share have constructors below.
    pub fn new(status: u16, slug: &'static str, title: &'static str) -> Self {
        Self {
            status,
            slug,
            title,
            detail: None,
            faults: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// Adds the detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Box<str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header("Retry-After", seconds.to_string())
    }

    #[must_use]
    fn cause(mut self, error: &(dyn Error + 'static)) -> Self {
        self.cause = Some(error_chain(error).into());
        self
    }

    // --- 400 ---

    /// 400: the body is not JSON, or not of the expected structure.
    pub fn malformed_json(detail: impl Into<Box<str>>) -> Self {
        Self::new(400, "malformed-json", "The request body cannot be parsed").detail(detail)
    }

    /// 400: the body of a webhook is not an event. Not 422: its sender is a program that does not correct it.
    pub fn malformed_event(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::new(400, "malformed-event", "The event cannot be read")
        }
    }

    /// 400: the header `Idempotency-Key` is missing.
    pub fn idempotency_key_missing() -> Self {
        Self::new(400, "idempotency-key-missing", "The Idempotency-Key header is required")
    }

    /// 400: the value of `Idempotency-Key` is not a key.
    pub fn idempotency_key_malformed() -> Self {
        Self::new(
            400,
            "idempotency-key-malformed",
            "The Idempotency-Key header is not valid",
        )
        .detail("send one key of 1 to 255 visible ASCII characters without a comma, in one header")
    }

    /// 400: the page token was changed, or belongs to another list or caller.
    pub fn invalid_cursor() -> Self {
        Self::new(400, "invalid-cursor", "The page token is not valid for this list")
            .detail("use next_cursor from a page of the same list, unchanged, or leave the cursor out to start at the first page")
    }

    /// 400: `limit` is not a number from 1 to `max`.
    pub fn invalid_limit(max: usize) -> Self {
        Self::new(400, "invalid-limit", "The page size is out of range")
            .detail(format!("limit must be a whole number from 1 to {max}"))
    }

    /// 400: a query parameter has a value that the route does not accept. `expected` completes the
    /// sentence "`name` must be …".
    pub fn invalid_query_parameter(name: &str, expected: &str) -> Self {
        Self::new(400, "invalid-query-parameter", "A query parameter is not valid")
            .detail(format!("{name} must be {expected}"))
    }

    // --- 401 to 415 ---

    /// 401: no verified caller.
    pub fn unauthenticated(detail: impl Into<Box<str>>) -> Self {
        Self::new(401, "unauthenticated", "A valid access token is required")
            .detail(detail)
            .header("WWW-Authenticate", "Bearer")
    }

    /// 401: a webhook without a valid signature.
    pub fn invalid_signature(detail: impl Into<Box<str>>) -> Self {
        Self::new(401, "invalid-signature", "A valid signature is required").detail(detail)
    }

    /// 403: the caller lacks the group that the route requires.
    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", "Forbidden")
    }

    /// 404: the resource does not exist, or belongs to another caller. The answer is the same for both.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "Not found")
    }

    /// 409: the current state of the resource does not allow the request.
    pub fn conflict(detail: impl Into<Box<str>>) -> Self {
        Self::new(409, "conflict", "The request conflicts with the current state").detail(detail)
    }

    /// 409: the first request with this key has not finished.
    pub fn idempotency_key_in_progress() -> Self {
        Self::new(
            409,
            "idempotency-key-in-progress",
            "A request with this Idempotency-Key is still in progress",
        )
        .retry_after(RETRY_AFTER_SECONDS)
    }

    /// 413: the body has more bytes than `limit_bytes`.
    pub fn body_too_large(limit_bytes: usize) -> Self {
        Self::new(413, "body-too-large", "The request body is too large")
            .detail(format!("a request body has at most {limit_bytes} bytes"))
    }

    /// 415: the content type is not a JSON media type.
    pub fn not_json() -> Self {
        Self::new(415, "not-json", "The request body must be JSON")
            .detail("send it with Content-Type: application/json")
    }

    // --- 422 ---

    /// 422: the JSON is well-formed, but values in it are not accepted.
    pub fn invalid_content(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::new(422, "invalid-content", "The request body is invalid")
        }
    }

    /// 422: the key belongs to an earlier request with another payload.
    pub fn idempotency_key_reused() -> Self {
        Self::new(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
        )
        .detail("repeat the first request unchanged, or use a new key")
    }

    // --- 500 and 503 ---

    /// 500: an internal failure that a retry does not fix. The error and its sources go to the log only.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        Self::internal_because(error_chain(error))
    }

    pub(crate) fn internal_because(cause: String) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(500, "internal", "Internal server error")
        }
    }

    /// 503: a dependency was throttled, timed out or unreachable. The error and its sources go to the log only.
    pub fn unavailable(error: &(dyn Error + 'static)) -> Self {
        Self::new(503, "unavailable", "The service is temporarily unavailable")
            .retry_after(RETRY_AFTER_SECONDS)
            .cause(error)
    }

    /// The body of the response.
    pub(crate) fn to_json(&self) -> String {
        let json = ProblemJson {
            r#type: format!("{TYPE_PREFIX}{}", self.slug),
            title: self.title,
            status: self.status,
            detail: self.detail.as_deref(),
            errors: &self.faults[..self.faults.len().min(FAULTS_MAX)],
        };
        // Serializing strings and a number cannot fail; if it did, the empty body would still have the right status.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

impl Fault {
    /// A fault at the member that `segments` lead to from the root, like `["items", "0", "quantity"]`.
    pub fn at(segments: &[&str], detail: impl Into<String>) -> Self {
        Self {
            pointer: json_pointer(segments),
            detail: detail.into(),
        }
    }
}

/// A JSON Pointer (RFC 6901). `["a/b", "0"]` becomes `/a~1b/0`; no segments become the empty pointer, the whole body.
pub fn json_pointer(segments: &[&str]) -> String {
    segments.iter().fold(String::new(), |pointer, segment| {
        pointer + "/" + &segment.replace('~', "~0").replace('/', "~1")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::response::HttpResponse;

    fn body(problem: &Problem) -> Value {
        serde_json::from_str(&problem.to_json()).unwrap()
    }

    #[test]
    fn a_problem_has_the_shape_of_the_rfc() {
        let faults = vec![Fault::at(&["items", "0", "quantity"], "a quantity is 1 to 99")];
        let problem = Problem::invalid_content(faults);
        assert_eq!(
            body(&problem),
            json!({
                "type": "https://popshop.example/problems/invalid-content",
                "title": "The request body is invalid",
                "status": 422,
                "errors": [{"pointer": "/items/0/quantity", "detail": "a quantity is 1 to 99"}],
            })
        );
        let response = HttpResponse::from(&problem);
        assert_eq!(response.status, 422);
        assert_eq!(response.headers["Content-Type"], "application/problem+json");
    }

    #[test]
    fn every_shared_problem_has_its_own_type_and_the_status_of_the_contract() {
        let error = std::fmt::Error;
        let problems = [
            (Problem::malformed_json("line 1"), 400),
            (Problem::malformed_event(Vec::new()), 400),
            (Problem::idempotency_key_missing(), 400),
            (Problem::idempotency_key_malformed(), 400),
            (Problem::invalid_cursor(), 400),
            (Problem::invalid_limit(100), 400),
            (Problem::invalid_query_parameter("status", "one of PENDING"), 400),
            (Problem::unauthenticated("no token"), 401),
            (Problem::invalid_signature("no signature"), 401),
            (Problem::forbidden(), 403),
            (Problem::not_found(), 404),
            (Problem::conflict("the order is pending"), 409),
            (Problem::idempotency_key_in_progress(), 409),
            (Problem::body_too_large(65_536), 413),
            (Problem::not_json(), 415),
            (Problem::invalid_content(Vec::new()), 422),
            (Problem::idempotency_key_reused(), 422),
            (Problem::internal(&error), 500),
            (Problem::unavailable(&error), 503),
        ];
        let slugs: std::collections::BTreeSet<_> = problems.iter().map(|(problem, _)| problem.slug).collect();
        assert_eq!(slugs.len(), problems.len());
        for (problem, status) in problems {
            assert_eq!(problem.status, status, "{}", problem.slug);
        }
    }

    #[test]
    fn an_internal_text_goes_to_the_log_and_not_to_the_caller() {
        let error = std::io::Error::other("password=hunter2");
        for problem in [Problem::internal(&error), Problem::unavailable(&error)] {
            assert_eq!(problem.cause.as_deref(), Some("password=hunter2"));
            assert!(!problem.to_json().contains("hunter2"));
        }
    }

    #[test]
    fn only_a_transient_failure_has_retry_after() {
        let error = std::fmt::Error;
        let response = HttpResponse::from(&Problem::unavailable(&error));
        assert_eq!((response.status, response.headers["Retry-After"].as_str()), (503, "2"));
        let response = HttpResponse::from(&Problem::internal(&error));
        assert_eq!((response.status, response.headers.get("Retry-After")), (500, None));
    }

    #[test]
    fn a_pointer_escapes_slashes_and_tildes() {
        assert_eq!(json_pointer(&[]), "");
        assert_eq!(json_pointer(&["a/b", "m~n", "~1", ""]), "/a~1b/m~0n/~01/");
    }

    #[test]
    fn a_problem_lists_a_limited_number_of_faults() {
        let faults = vec![Fault::at(&["items"], "no"); 5_000];
        let served = body(&Problem::invalid_content(faults));
        assert_eq!(served["errors"].as_array().unwrap().len(), FAULTS_MAX);
    }
}
