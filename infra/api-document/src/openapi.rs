//! The `OpenAPI` 3.1 document: the routes of the template with their operations.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use entry::request::{BODY_BYTES_MAX, CORRELATION_ID_HEADER};
use local_host::template::{Deployment, EventSource, RouteSpec};
use schemars::SchemaGenerator;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::document::DocumentFault;
use crate::nullable::without_null;
use crate::operations::{self, Operation};
use crate::responses;

const SECURITY_SCHEME: &str = "accessToken";

/// The document as a value, its paths in the order of the template.
pub(crate) fn document(deployment: &Deployment) -> Result<Value, DocumentFault> {
    let mut routes = routes(deployment);
    let mut generator = generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations::all() {
        let Some(route) = routes.remove(operation.function) else {
            return Err(DocumentFault::NoRoute {
                operation: operation.id.to_owned(),
            });
        };
        let described = describe(&operation, route, &mut generator)?;
        let methods = paths.entry(route.path.clone()).or_default();
        methods.insert(route.method.to_lowercase(), described);
    }
    if let Some(route) = routes.into_values().next() {
        return Err(DocumentFault::NoOperation {
            route: format!("{} {}", route.method, route.path),
        });
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": info(deployment),
        "servers": [{"url": "http://127.0.0.1:3000", "description": "The local host. On AWS, the output ApiUrl of the stack."}],
        "tags": [{"name": "Orders"}, {"name": "Payments"}, {"name": "Products"}, {"name": "Uploads"}],
        "paths": paths,
        "components": {
            "schemas": schemas(generator),
            "securitySchemes": {SECURITY_SCHEME: {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "An access token of the user pool (`token_use` = `access`). On the local host, \
                    `POST /dev/token` issues one.",
            }},
        },
    }))
}

fn info(deployment: &Deployment) -> Value {
    let limits = deployment.api.throttling.map_or(String::new(), |limit| {
        format!(
            " The gateway accepts {} requests per second and a burst of {}.",
            limit.rate_per_second, limit.burst
        )
    });
    json!({
        "title": "Popshop",
        "version": env!("CARGO_PKG_VERSION"),
        "description": format!(
            "Orders, products and uploads of the shop. Errors are problem details (RFC 9457); docs/problems.md lists \
             them. A body has at most {BODY_BYTES_MAX} bytes.{limits}"
        ),
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

/// The routes by the name of their function.
fn routes(deployment: &Deployment) -> BTreeMap<&str, &RouteSpec> {
    let functions = deployment.functions.values();
    functions
        .flat_map(|function| {
            function.sources.iter().filter_map(|source| match source {
                EventSource::Http(route) => Some((function.crate_name.as_str(), route)),
                EventSource::Queue(_)
                | EventSource::Stream(_)
                | EventSource::EventBridge { .. }
                | EventSource::Schedule { .. } => None,
            })
        })
        .collect()
}

/// Schemas of what is sent, referring to each other below `components`.
fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.contract = Contract::Serialize;
    settings.into_generator()
}

fn schemas(mut generator: SchemaGenerator) -> Map<String, Value> {
    let mut schemas = generator.take_definitions(true);
    schemas.values_mut().for_each(without_null);
    for (name, schema) in responses::shared_schemas() {
        schemas.insert(name.to_owned(), schema);
    }
    schemas
}

fn describe(operation: &Operation, route: &RouteSpec, generator: &mut SchemaGenerator) -> Result<Value, DocumentFault> {
    let needs_token = route.authorizer.is_some();
    let mut parameters = (operation.parameters)(generator);
    parameters.push(json!({
        "name": CORRELATION_ID_HEADER, "in": "header", "required": false,
        "description": "The caller's own id for this request: 1 to 64 letters, digits, hyphens, underscores and dots. \
            Any other value is replaced.",
        "schema": {"type": "string"},
    }));
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters,
        "responses": responses::of(operation, needs_token, generator)?,
        "security": if needs_token { json!([{SECURITY_SCHEME: []}]) } else { json!([]) },
    });
    if let Some(body) = operation.body {
        let mut content = json!({"schema": body(generator)});
        if let Some(example) = example(operation.function) {
            content["example"] = example;
        }
        described["requestBody"] = json!({"required": true, "content": {"application/json": content}});
    }
    Ok(described)
}

/// The body of the function's accepted event in `events/`.
fn example(function: &str) -> Option<Value> {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let event = fs::read_to_string(events.join(format!("{function}.json"))).ok()?;
    let event: Value = serde_json::from_str(&event).ok()?;
    serde_json::from_str(event["body"].as_str()?).ok()
}
