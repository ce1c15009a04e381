//! What do the steps of the published designs do?

use std::sync::Arc;

use edge::invocation::{FunctionError, Invocation, Reply};

use crate::ports::Ports;

pub(crate) const FUNCTIONS: [&str; 0] = [];

pub(crate) async fn handle(function: &str, _invocation: Invocation, _ports: &Arc<Ports>) -> Reply {
    Err(FunctionError::new("NoSuchFunction", function))
}
