//! The answers of a route: the successful one, its problems by status, and what API Gateway answers itself.

use std::collections::BTreeMap;

use entry::problem::FAULTS_MAX;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::document::DocumentFault;
use crate::operations::Operation;
use crate::problems::{self, Described};

/// Problems that every route may answer with.
const EVERY_ROUTE: [&str; 2] = ["internal", "unavailable"];
/// The problem of a route with an authorizer.
const WITH_TOKEN: &str = "unauthenticated";
/// Statuses that API Gateway answers itself, on every route.
const GATEWAY: [(u16, &str); 3] = [
    (429, "API Gateway throttles the request. Retry with backoff."),
    (500, "The request could not be completed."),
    (503, "The service is unavailable. Retry with backoff."),
];
const GATEWAY_UNAUTHORIZED: (u16, &str) = (401, "The request has no valid access token.");

/// All answers of an operation, by status.
pub(crate) fn of(
    operation: &Operation,
    needs_token: bool,
    generator: &mut SchemaGenerator,
) -> Result<Map<String, Value>, DocumentFault> {
    let mut responses: BTreeMap<u16, Value> = BTreeMap::new();
    let answer = &operation.answer;
    let mut success = json!({
        "description": answer.description,
        "headers": headers(answer.headers),
        "links": links(answer.links),
    });
    if let Some(body) = answer.body {
        success["content"] = json!({"application/json": {"schema": body(generator)}});
    }
    responses.insert(answer.status, success);
    for (status, described) in problems_of(operation, needs_token)? {
        responses.insert(status, problem_response(&described));
    }
    let unauthorized = needs_token.then_some(GATEWAY_UNAUTHORIZED);
    for (status, description) in GATEWAY.into_iter().chain(unauthorized) {
        let response = responses.entry(status).or_insert_with(|| json!({ "content": {} }));
        response["description"] = json!(description);
        response["content"]["application/json"] = json!({"schema": {"$ref": "#/components/schemas/GatewayMessage"}});
    }
    Ok(responses
        .into_iter()
        .map(|(status, response)| (status.to_string(), response))
        .collect())
}

/// Links by the operation that they lead to; both take the resource's id.
fn links(operations: &[&str]) -> Map<String, Value> {
    let link = |operation: &&str| {
        let link = json!({"operationId": operation, "parameters": {"id": "$response.body#/id"}});
        ((*operation).to_owned(), link)
    };
    operations.iter().map(link).collect()
}

fn problems_of(operation: &Operation, needs_token: bool) -> Result<BTreeMap<u16, Vec<Described>>, DocumentFault> {
    let mut by_status: BTreeMap<u16, Vec<Described>> = BTreeMap::new();
    let mut described = problems::all();
    let own = operation.problems.iter().copied();
    for slug in own.chain(EVERY_ROUTE).chain(needs_token.then_some(WITH_TOKEN)) {
        let Some(at) = described.iter().position(|described| described.problem.slug == slug) else {
            return Err(DocumentFault::NoProblem {
                operation: operation.id.to_owned(),
                slug: slug.to_owned(),
            });
        };
        let found = described.swap_remove(at);
        by_status.entry(found.problem.status).or_default().push(found);
    }
    Ok(by_status)
}

fn problem_response(described: &[Described]) -> Value {
    let lines = described
        .iter()
        .map(|one| format!("- `{}`: {}.", one.problem.slug, one.when));
    let types: Vec<String> = described.iter().map(Described::type_uri).collect();
    let retry = described
        .iter()
        .any(|one| one.problem.headers.iter().any(|(name, _)| *name == "Retry-After"));
    let may_retry = retry || described.iter().any(|one| one.problem.slug == "conflict");
    let own: &[(&str, bool, &str)] = if may_retry {
        &[("Retry-After", false, "Seconds to wait before the request is repeated.")]
    } else {
        &[]
    };
    json!({
        "description": lines.collect::<Vec<_>>().join("\n"),
        "headers": headers(own),
        "content": {"application/problem+json": {"schema": {
            "allOf": [{"$ref": "#/components/schemas/Problem"}],
            "properties": {"type": {"enum": types}},
        }}},
    })
}

/// Headers of an answer that a function gave; API Gateway's own answers have none of them.
fn headers(own: &[(&str, bool, &str)]) -> Map<String, Value> {
    let correlation = (
        "X-Correlation-Id",
        false,
        "Links everything that this request causes: the caller's own value if it sent one.",
    );
    own.iter()
        .chain([&correlation])
        .map(|(name, required, description)| {
            let header = json!({"description": description, "required": required, "schema": {"type": "string"}});
            ((*name).to_owned(), header)
        })
        .collect()
}

/// The shapes that all routes share.
pub(crate) fn shared_schemas() -> [(&'static str, Value); 2] {
    [
        (
            "Problem",
            json!({
                "description": "An error, as RFC 9457 defines it. docs/problems.md lists every type.",
                "type": "object",
                "properties": {
                    "type": {"type": "string", "format": "uri", "description": "Identifies the problem; match on it."},
                    "title": {"type": "string"},
                    "status": {"type": "integer", "minimum": 400, "maximum": 599},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array", "minItems": 1, "maxItems": FAULTS_MAX,
                        "items": {
                            "type": "object",
                            "properties": {
                                "pointer": {
                                    "type": "string",
                                    "pattern": "^(/([^~/]|~[01])*)*$",
                                    "description": "RFC 6901 JSON Pointer into the body.",
                                },
                                "detail": {"type": "string"},
                            },
                            "required": ["pointer", "detail"],
                        },
                    },
                },
                "required": ["type", "title", "status"],
            }),
        ),
        (
            "GatewayMessage",
            json!({
                "description": "An answer of API Gateway itself.",
                "type": "object",
                "properties": {"message": {"type": "string"}},
                "required": ["message"],
            }),
        ),
    ]
}
