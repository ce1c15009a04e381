//! The handle of a table and its client, which all adapters of this crate share.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_types::SdkConfig;
use domain::ports::PortFailure;
use uuid::Uuid;

use crate::contention::RetryContention;
use crate::sharded_index::ShardedIndexes;
use crate::throttling::ReturnThrottling;

/// A table by name. Cheap to clone: clones share one client and its connections.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// Marks writes made through this handle and its clones, so that an undo can recognise its own.
    pub(crate) holder: Arc<str>,
    pub(crate) trace_header: fn() -> Option<String>,
    pub(crate) sharded_indexes: ShardedIndexes,
    pub(crate) continue_from: fn(&str),
}

impl Table {
    /// Makes no call.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let config = Builder::from(config).retry_classifier(RetryContention).build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
            holder: Uuid::now_v7().to_string().into(),
            trace_header: || None,
            sharded_indexes: ShardedIndexes::default(),
            continue_from: |_| {},
        }
    }

    /// Reads lists from the indexes that this step names.
    #[must_use]
    pub fn with_sharded_indexes(self, sharded_indexes: ShardedIndexes) -> Self {
        Self {
            sharded_indexes,
            ..self
        }
    }

    /// Calls `continue_from` with the stored trace of the request that announced an upload, as soon as it is read.
    #[must_use]
    pub fn with_continued_trace(self, continue_from: fn(&str)) -> Self {
        Self { continue_from, ..self }
    }

    /// Stores the trace of a request in the orders and uploads that it writes, so that what they cause belongs to it.
    #[must_use]
    pub fn with_trace_header(self, trace_header: fn() -> Option<String>) -> Self {
        Self { trace_header, ..self }
    }

    /// The same table through a client that returns throttled calls at once, for a caller that slows down instead of
    /// retrying. It shares the connections, and retries lost calls as before.
    #[must_use]
    pub(crate) fn without_throttling_retries(&self) -> Self {
        let config = self.client.config().to_builder().retry_classifier(ReturnThrottling);
        Self {
            client: Client::from_conf(config.build()),
            ..self.clone()
        }
    }

    /// A call that needs no permission and reads no table. It opens the connection before the first event.
    ///
    /// DynamoDB answers it to every role
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/inter-network-traffic-privacy.html>). A VPC
    /// endpoint may refuse it, but the connection is open even then.
    pub fn warm_up(&self) -> impl Future<Output = Result<(), PortFailure>> + Send + 'static {
        let call = self.client.describe_endpoints();
        async {
            let answer = call.send().await;
            let failed = |error| aws_errors::failure("warm up", error);
            answer.map(drop).map_err(failed)
        }
    }

    /// Another table, through the same client.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self {
            client: self.client.clone(),
            name: name.into(),
            holder: Arc::clone(&self.holder),
            trace_header: self.trace_header,
            sharded_indexes: self.sharded_indexes,
            continue_from: self.continue_from,
        }
    }
}
