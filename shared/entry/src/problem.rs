//! What is a caller told when something is wrong? An RFC 9457 problem: stable, actionable, and silent about our insides.

use std::error::Error;

use serde::Serialize;
use telemetry::error_chain::error_chain;

/// The `type` of a problem is this plus its slug. It is an identifier and nothing to fetch: `.example` never resolves.
pub const TYPE_PREFIX: &str = "https://popshop.example/problems/";
/// What a caller is asked to wait after trouble that passes by itself.
pub const RETRY_AFTER_SECONDS: u32 = 2;
/// More faults than this are not told: nobody reads them, and a body of 64 KiB can hold thousands.
pub const FAULTS_MAX: usize = 100;

/// A problem on its way to the caller. `cause` goes to the log, when the invocation ends, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    /// The end of its `type`: lower case and hyphens, part of the public contract.
    pub slug: &'static str,
    pub title: &'static str,
    pub detail: Option<Box<str>>,
    pub faults: Vec<Fault>,
    pub headers: Vec<(&'static str, String)>,
    pub cause: Option<Box<str>>,
}

/// One fault in a request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where, as a JSON Pointer (RFC 6901): see [`json_pointer`].
    pub pointer: String,
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
    /// A problem of a function's own. The ones that several functions share have constructors below.
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

    #[must_use]
    pub fn detail(mut self, detail: impl Into<Box<str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header("Retry-After", seconds.to_string())
    }

    #[must_use]
    fn cause(mut self, error: &dyn Error) -> Self {
        self.cause = Some(error_chain(error).into());
        self
    }

    // --- 400 ---

    pub fn malformed_json(detail: impl Into<Box<str>>) -> Self {
        Self::new(400, "malformed-json", "The body cannot be read as the expected JSON").detail(detail)
    }

    pub fn idempotency_key_missing() -> Self {
        Self::new(
            400,
            "idempotency-key-missing",
            "This request needs the header Idempotency-Key",
        )
    }

    pub fn idempotency_key_malformed() -> Self {
        Self::new(
            400,
            "idempotency-key-malformed",
            "The header Idempotency-Key is malformed",
        )
        .detail("send one key of 1 to 255 visible ASCII characters without a comma, in one header")
    }

    pub fn invalid_cursor() -> Self {
        Self::new(400, "invalid-cursor", "The page token is not valid for this list")
            .detail("take the token from next_cursor of the same list, unchanged, or start without one")
    }

    pub fn invalid_limit(max: usize) -> Self {
        Self::new(400, "invalid-limit", "The page size is out of range")
            .detail(format!("limit is a whole number from 1 to {max}"))
    }

    /// `expected` completes the sentence "`name` is …".
    pub fn invalid_query_parameter(name: &str, expected: &str) -> Self {
        Self::new(
            400,
            "invalid-query-parameter",
            "A query parameter has a value out of range",
        )
        .detail(format!("{name} is {expected}"))
    }

    // --- 401 to 415 ---

    pub fn unauthenticated(detail: impl Into<Box<str>>) -> Self {
        Self::new(401, "unauthenticated", "This request needs a valid access token")
            .detail(detail)
            .header("WWW-Authenticate", "Bearer")
    }

    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", "The caller may not do this")
    }

    /// Absent, or another's: the caller cannot tell which.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "There is no such thing here")
    }

    /// The state of the thing stands against the request.
    pub fn conflict(detail: impl Into<Box<str>>) -> Self {
        Self::new(409, "conflict", "The request does not fit the current state").detail(detail)
    }

    pub fn idempotency_key_in_progress() -> Self {
        Self::new(
            409,
            "idempotency-key-in-progress",
            "A request with this Idempotency-Key is still in progress",
        )
        .retry_after(RETRY_AFTER_SECONDS)
    }

    pub fn body_too_large(limit_bytes: usize) -> Self {
        Self::new(413, "body-too-large", "The body is too large")
            .detail(format!("a body has at most {limit_bytes} bytes"))
    }

    pub fn not_json() -> Self {
        Self::new(415, "not-json", "The body must be JSON").detail("send it with Content-Type: application/json")
    }

    // --- 422 ---

    /// Well-formed JSON with faults in its content.
    pub fn invalid_content(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::new(422, "invalid-content", "The body has faults in its content")
        }
    }

    pub fn idempotency_key_reused() -> Self {
        Self::new(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
        )
        .detail("repeat the first request unchanged, or use a new key")
    }

    // --- 500 and 503 ---

    /// A fault of ours that trying again does not mend. The error and its sources go to the log only.
    pub fn internal(error: &dyn Error) -> Self {
        Self::internal_because(error_chain(error))
    }

    pub(crate) fn internal_because(cause: String) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(500, "internal", "The request could not be completed")
        }
    }

    /// Trouble that passes: throttled, timed out, unreachable. The error and its sources go to the log only.
    pub fn unavailable(error: &dyn Error) -> Self {
        Self::new(503, "unavailable", "The service is not available at the moment")
            .retry_after(RETRY_AFTER_SECONDS)
            .cause(error)
    }

    /// The body of the answer.
    pub(crate) fn to_json(&self) -> String {
        let json = ProblemJson {
            r#type: format!("{TYPE_PREFIX}{}", self.slug),
            title: self.title,
            status: self.status,
            detail: self.detail.as_deref(),
            errors: &self.faults[..self.faults.len().min(FAULTS_MAX)],
        };
        // Texts and a number always become JSON; an empty body would still carry the right status.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

impl Fault {
    /// `segments` from the root, like `["items", "0", "quantity"]`.
    pub fn at(segments: &[&str], detail: impl Into<String>) -> Self {
        Self {
            pointer: json_pointer(segments),
            detail: detail.into(),
        }
    }
}

/// RFC 6901: `["a/b", "0"]` is `/a~1b/0`; no segments are the empty pointer, the whole body.
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
    fn a_problem_is_served_as_the_rfc_says() {
        let faults = vec![Fault::at(&["items", "0", "quantity"], "a quantity is 1 to 99")];
        let problem = Problem::invalid_content(faults);
        assert_eq!(
            body(&problem),
            json!({
                "type": "https://popshop.example/problems/invalid-content",
                "title": "The body has faults in its content",
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
            (Problem::idempotency_key_missing(), 400),
            (Problem::idempotency_key_malformed(), 400),
            (Problem::invalid_cursor(), 400),
            (Problem::invalid_limit(100), 400),
            (Problem::invalid_query_parameter("status", "one of PENDING"), 400),
            (Problem::unauthenticated("no token"), 401),
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
    fn only_trouble_that_passes_invites_another_try() {
        let error = std::fmt::Error;
        let response = HttpResponse::from(&Problem::unavailable(&error));
        assert_eq!((response.status, response.headers["Retry-After"].as_str()), (503, "2"));
        let response = HttpResponse::from(&Problem::internal(&error));
        assert_eq!((response.status, response.headers.get("Retry-After")), (500, None));
    }

    #[test]
    fn a_pointer_escapes_what_the_rfc_reserves() {
        assert_eq!(json_pointer(&[]), "");
        assert_eq!(json_pointer(&["a/b", "m~n", "~1", ""]), "/a~1b/m~0n/~01/");
    }

    #[test]
    fn a_flood_of_faults_is_cut() {
        let faults = vec![Fault::at(&["items"], "no"); 5_000];
        let told = body(&Problem::invalid_content(faults));
        assert_eq!(told["errors"].as_array().unwrap().len(), FAULTS_MAX);
    }
}
