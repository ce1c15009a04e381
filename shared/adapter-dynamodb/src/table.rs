//! Which table, and which client? One handle for all adapters of this crate.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_types::SdkConfig;
use uuid::Uuid;

use crate::contention::RetryContention;

/// A table by name. Cheap to clone: clones share one client and its connections.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// Tells what was written through this handle and its clones from what others wrote: for who may undo only that.
    pub(crate) holder: Arc<str>,
}

impl Table {
    /// Calls nobody.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let config = Builder::from(config).retry_classifier(RetryContention).build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
            holder: Uuid::now_v7().to_string().into(),
        }
    }

    /// Another table, through the same client.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self {
            client: self.client.clone(),
            name: name.into(),
            holder: Arc::clone(&self.holder),
        }
    }
}
