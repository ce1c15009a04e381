//! How does a test reach the local cloud? As people do: over its HTTP API, with tokens of its user pool.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::client::Client;
use crate::cognito::Cognito;
use crate::people::People;

/// What `cargo xtask local-cloud` wrote about its deployment.
pub fn deployment(outputs: &Path) -> Value {
    let text = std::fs::read_to_string(outputs).expect("the local cloud has written its outputs");
    serde_json::from_str(&text).unwrap()
}

/// A client of the deployment that `outputs` (written by `cargo xtask local-cloud`) tells of.
pub fn client(outputs: &Path) -> Client {
    let deployment = deployment(outputs);
    let field = |pointer: &str| {
        let value = deployment.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("the outputs have no {pointer}"))
            .to_owned()
    };
    let people = Cognito::new(
        &sdk_config(&field("/url")),
        field("/outputs/UserPoolId"),
        field("/outputs/UserPoolClientId"),
        field("/url"),
    );
    Client::new(&field("/url"))
        .with_host(&field("/api_host"))
        .with_people(People::Cognito(Arc::new(people)))
}

/// The SDK as the functions configure it, as the account's root, at a local cloud.
pub fn sdk_config(url: &str) -> aws_types::SdkConfig {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        _ => None,
    };
    edge::config::from_lookup(lookup, edge::aws::sdk_config).unwrap()
}
