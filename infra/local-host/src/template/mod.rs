//! Reads the SAM template in full at start, and refuses by name any part that the host does not support.
//!
//! The file is `infra/template.yaml`, the one that AWS gets. Its state machines are `infra/*.asl.json`.

mod api;
mod conditions;
mod definitions;
mod fault;
mod fields;
mod model;
mod parameters;
mod read;
mod resolve;
mod roles;
mod sources;
mod stores;
#[cfg(test)]
mod tests;
pub(crate) mod yaml;

use std::collections::BTreeMap;

pub use fault::TemplateFault;
pub use model::{
    AsyncInvokeSpec, BucketSpec, CorsSpec, Deployment, EventSource, FunctionSpec, Grant, HttpApiSpec,
    JwtAuthorizerSpec, QueueNotification, QueueSourceSpec, QueueSpec, RedriveSpec, RouteSpec, StateMachineSpec,
    StreamSourceSpec, ThrottlingSpec,
};
pub use resolve::function_of_arn;

const TEMPLATE: &str = include_str!("../../../template.yaml");

/// The deployment that the committed template describes.
pub fn load() -> Result<Deployment, TemplateFault> {
    load_with(&BTreeMap::new())
}

/// The same with some parameters other than their defaults, as `--parameter-overrides` has it for AWS.
pub fn load_with(parameters: &BTreeMap<String, String>) -> Result<Deployment, TemplateFault> {
    parse(TEMPLATE, parameters)
}

/// The deployment that a template describes.
fn parse(text: &str, parameters: &BTreeMap<String, String>) -> Result<Deployment, TemplateFault> {
    read::deployment(resolve::resolved(yaml::parse(text)?, parameters)?)
}
