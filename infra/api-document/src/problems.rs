//! Every problem that a function may answer with: when it happens, and what the caller can do.

use std::fmt;

use entry::problem::{Problem, TYPE_PREFIX};

/// A problem as the document describes it.
pub(crate) struct Described {
    pub(crate) problem: Problem,
    /// Completes the sentence "This happens when …".
    pub(crate) when: &'static str,
    /// A sentence for the caller.
    pub(crate) remedy: &'static str,
}

impl Described {
    fn new(problem: Problem, when: &'static str, remedy: &'static str) -> Self {
        Self { problem, when, remedy }
    }

    pub(crate) fn type_uri(&self) -> String {
        format!("{TYPE_PREFIX}{}", self.problem.slug)
    }
}

/// All problems, in the order of their status.
pub(crate) fn all() -> Vec<Described> {
    let mut problems = requests();
    problems.extend(callers_and_states());
    problems.extend(failures());
    problems
}

/// 400, 413, 415 and 422: the request has to change.
fn requests() -> Vec<Described> {
    vec![
        Described::new(
            Problem::malformed_json(""),
            "the body is not JSON, or a member is repeated",
            "Correct the JSON; `detail` has the place.",
        ),
        Described::new(
            Problem::malformed_event(Vec::new()),
            "a signed event lacks a member, or a member has another form",
            "Correct the sender; `errors` has the place of every fault.",
        ),
        Described::new(
            Problem::idempotency_key_missing(),
            "the header `Idempotency-Key` is missing",
            "Send a key that is unique per order, such as a UUID, and repeat it when you retry.",
        ),
        Described::new(
            Problem::idempotency_key_malformed(),
            "the header `Idempotency-Key` is empty, too long, has other characters, or is sent twice",
            "Send one key of 1 to 255 visible ASCII characters.",
        ),
        Described::new(
            Problem::invalid_cursor(),
            "the query parameter `cursor` was changed, or belongs to another list or caller",
            "Take `next_cursor` of the same list unchanged, or start without a cursor.",
        ),
        Described::new(
            Problem::invalid_limit(1),
            "the query parameter `limit` is out of range",
            "Send a whole number within the range in `detail`.",
        ),
        Described::new(
            Problem::invalid_query_parameter("", ""),
            "a query parameter has a value that is not listed",
            "Send one of the values in `detail`.",
        ),
        Described::new(
            Problem::body_too_large(1),
            "the body is larger than the route accepts",
            "Send a body within the limit in `detail`.",
        ),
        Described::new(
            Problem::not_json(),
            "the request has no `Content-Type: application/json`",
            "Send the body as JSON, with that header.",
        ),
        Described::new(
            Problem::invalid_content(Vec::new()),
            "members of the body are missing, unknown or out of range",
            "Correct every entry of `errors`; `pointer` is an RFC 6901 JSON Pointer into the body.",
        ),
        Described::new(
            Problem::idempotency_key_reused(),
            "the `Idempotency-Key` was used with another body",
            "Repeat the first body, or use a new key.",
        ),
    ]
}

/// 401 to 409: another caller, another resource or another time.
fn callers_and_states() -> Vec<Described> {
    vec![
        Described::new(
            Problem::unauthenticated(""),
            "the token is not an access token of this shop",
            "Send an access token (`token_use` = `access`) as `Authorization: Bearer`.",
        ),
        Described::new(
            Problem::invalid_signature(""),
            "a webhook has no signature, a wrong one, or one that is older than five minutes",
            "Sign the raw body with the key of this shop, anew at every attempt.",
        ),
        Described::new(
            Problem::forbidden(),
            "the caller is not in the group `staff`",
            "Call the route with the token of a member of staff.",
        ),
        Described::new(
            Problem::not_found(),
            "the resource does not exist, or belongs to another caller",
            "Check the id in the path.",
        ),
        Described::new(
            Problem::conflict(""),
            "the status of the order does not allow the request",
            "If the answer has `Retry-After`, retry after that many seconds; otherwise the request can never succeed.",
        ),
        Described::new(
            Problem::idempotency_key_in_progress(),
            "a request with the same `Idempotency-Key` is in progress",
            "Repeat the request after `Retry-After` seconds.",
        ),
    ]
}

/// 500 and 503: the request is right.
fn failures() -> Vec<Described> {
    let cause = fmt::Error;
    vec![
        Described::new(
            Problem::internal(&cause),
            "the shop has a fault that a retry does not fix",
            "Report the value of the header `X-Correlation-Id`.",
        ),
        Described::new(
            Problem::unavailable(&cause),
            "a service that the shop uses is throttled, slow or unreachable",
            "Repeat the request after `Retry-After` seconds, with the same `Idempotency-Key`.",
        ),
    ]
}

/// `docs/problems.md`.
pub(crate) fn page() -> String {
    let sections = all().into_iter().map(|described| section(&described));
    std::iter::once(INTRODUCTION.to_owned()).chain(sections).collect()
}

fn section(described: &Described) -> String {
    let Problem {
        status, slug, title, ..
    } = &described.problem;
    let uri = described.type_uri();
    let (when, remedy) = (described.when, described.remedy);
    let lines = [
        format!("\n## {slug}\n"),
        format!("- Type: `{uri}`"),
        format!("- Status: {status}"),
        format!("- Title: {title}"),
        format!("- When: {when}."),
        format!("- What to do: {remedy}\n"),
    ];
    lines.join("\n")
}

const INTRODUCTION: &str = "\
# Problems

Generated by `cargo xtask openapi`. Do not edit.

A function reports an error as `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with `type`, \
`title` and `status`, and with `detail` and `errors` where there is more to report. `type` identifies the problem and never \
changes; match on it, not on the texts.

API Gateway answers some requests itself, with the body `{\"message\": …}`: 401 without a valid token, 404 for an unknown \
route or method, 429 when it throttles, and 500 or 503 if a function cannot be invoked.
";
