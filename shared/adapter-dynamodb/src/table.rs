//! The handle of a table and its client, which all adapters of this crate share.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_types::SdkConfig;
use domain::ports::PortFailure;
use uuid::Uuid;

use crate::contention::RetryContention;
use crate::throttling::TellThrottling;

/// A table by name. Cheap to clone: clones share one client and its connections.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// Tells what was written through this handle and its clones from what others wrote: for who may undo only that.
    pub(crate) holder: Arc<str>,
    pub(crate) trace_header: fn() -> Option<String>,
    pub(crate) continue_from: fn(&str),
}

impl Table {
    /// Calls nobody.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let config = Builder::from(config).retry_classifier(RetryContention).build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
            holder: Uuid::now_v7().to_string().into(),
            trace_header: || None,
            continue_from: |_| {},
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

    /// The same table through a client that tells throttling at once, for who slows down instead of repeating one call. It
    /// shares the connections, and repeats what got lost as before.
    #[must_use]
    pub(crate) fn that_tells_throttling(&self) -> Self {
        let config = self.client.config().to_builder().retry_classifier(TellThrottling);
        Self {
            client: Client::from_conf(config.build()),
            ..self.clone()
        }
    }

    /// A call that needs no permission and reads no table: the first one, with all that a first call takes.
    ///
    /// DynamoDB answers it to every role
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/inter-network-traffic-privacy.html>). A VPC
    /// endpoint may refuse, over a connection that stands all the same.
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
            continue_from: self.continue_from,
        }
    }
}
