//! Reads the variables of a function from the template, with possible values.

use saphyr::{LoadableYamlNode, Yaml};
use tests::repository;

/// The variables that Lambda sets. The endpoint refuses connections, because these tests must not need a cloud.
const OF_LAMBDA: [(&str, &str); 5] = [
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_SESSION_TOKEN", "test"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
];

/// The variables of a function in the template with possible values, and those of Lambda.
pub(crate) fn of(function: &str) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = named_in_template(function)
        .into_iter()
        .map(|name| {
            let value = possible_value(&name);
            (name, value)
        })
        .collect();
    let of_lambda = OF_LAMBDA
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    variables.extend(of_lambda);
    variables
}

pub(crate) fn named_in_template(function: &str) -> Vec<String> {
    let text = repository::text("infra/template.yaml");
    let documents = Yaml::load_from_str(&text).unwrap();
    let template = &documents[0];
    let code = format!("../target/lambda/{function}/bootstrap.zip");
    let resources = template["Resources"].as_mapping().unwrap();
    let properties = resources
        .values()
        .map(|resource| untagged(&resource["Properties"]))
        .find(|properties| {
            let uri = properties.as_mapping_get("CodeUri").and_then(Yaml::as_str);
            uri == Some(code.as_str())
        });
    let properties = properties.unwrap_or_else(|| panic!("the template has no function of {code}"));
    let variables = properties["Environment"]["Variables"].as_mapping().unwrap();
    variables.keys().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn untagged<'a, 'input>(node: &'a Yaml<'input>) -> &'a Yaml<'input> {
    match node {
        Yaml::Tagged(_, inner) => inner,
        other => other,
    }
}

fn possible_value(name: &str) -> String {
    match name {
        "SENDER_ADDRESS" => "shop@example.test".to_owned(),
        // The bucket of the events in `events/`.
        "UPLOADS_BUCKET" => "popshop-dev-uploads-123456789012".to_owned(),
        "PAGE_TOKEN_KEY" => "k".repeat(64),
        "LOG_LEVEL" => "debug".to_owned(),
        "SHARDED_INDEXES" => "only".to_owned(),
        "ORDER_SAGA_ARN" => "arn:aws:states:eu-central-1:123456789012:stateMachine:order-saga".to_owned(),
        "ORDER_CANCEL_SAGA_ARN" => "arn:aws:states:eu-central-1:123456789012:stateMachine:order-cancel".to_owned(),
        "DIVIDE_ABOVE_BYTES" | "RANGE_BYTES" => "1000000".to_owned(),
        other => other.to_lowercase().replace('_', "-"),
    }
}
