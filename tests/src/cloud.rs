//! Reads the outputs of a local cloud, and makes a client for its HTTP API with tokens of its user pool.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::client::Client;
use crate::cognito::Cognito;
use crate::people::People;
use crate::provider::Provider;

/// The outputs that `cargo xtask local-cloud` wrote.
pub fn deployment(outputs: &Path) -> Value {
    let text = std::fs::read_to_string(outputs).expect("the local cloud has written its outputs");
    serde_json::from_str(&text).unwrap()
}

/// The payment provider of the deployment in `outputs`.
pub fn provider(outputs: &Path) -> Provider {
    let secret = deployment(outputs)["page_token_key"].as_str().map(Provider::new);
    secret.expect("the outputs have a page_token_key")
}

/// A client for the deployment in `outputs`.
pub fn client(outputs: &Path) -> Client {
    let deployment = deployment(outputs);
    let field = |pointer: &str| {
        let value = deployment.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("the outputs have no {pointer}"))
            .to_owned()
    };
    let people = Cognito::new(
        field("/outputs/UserPoolId"),
        field("/outputs/UserPoolClientId"),
        field("/url"),
    );
    Client::new(&field("/url"))
        .with_host(&field("/api_host"))
        .with_people(People::Cognito(Arc::new(people)))
}
