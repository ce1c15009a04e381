//! The parts of the template that the host uses, as plain data by logical id.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Deployment {
    pub functions: BTreeMap<String, FunctionSpec>,
    pub api: HttpApiSpec,
    pub state_machines: BTreeMap<String, StateMachineSpec>,
    pub queues: BTreeMap<String, QueueSpec>,
    pub buckets: BTreeMap<String, BucketSpec>,
    pub tables: BTreeSet<String>,
    pub tables_with_streams: BTreeSet<String>,
    /// What each role may do, by the role's logical id.
    pub grants: BTreeMap<String, Vec<Grant>>,
}

/// One statement of a role's policy. The host enforces none; the map of the console shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Like `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// ARNs, or `*`.
    pub resources: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct FunctionSpec {
    pub logical_id: String,
    /// Logical id of its role.
    pub role: Option<String>,
    /// Last segment of `CodeUri`.
    pub crate_name: String,
    pub timeout_seconds: u64,
    pub memory_mb: u64,
    /// The most environments that it may have at once; `None` for the account's limit alone.
    pub reserved_concurrency: Option<u32>,
    /// Those of its environment that the template gives to it alone.
    pub variables: BTreeMap<String, String>,
    pub sources: Vec<EventSource>,
    pub async_invoke: AsyncInvokeSpec,
}

#[derive(Debug, Clone)]
pub struct AsyncInvokeSpec {
    pub maximum_retry_attempts: u32,
    pub maximum_event_age_seconds: u64,
    pub on_failure_queue: Option<String>,
}

#[derive(Debug, Clone)]
pub enum EventSource {
    Http(RouteSpec),
    Queue(QueueSourceSpec),
    Stream(StreamSourceSpec),
    EventBridge { name: String, pattern: Value },
    Schedule { name: String, every: Duration },
}

/// A queue that feeds a function.
#[derive(Debug, Clone)]
pub struct QueueSourceSpec {
    pub queue: String,
    pub batch_size: u32,
    pub maximum_concurrency: Option<u32>,
    pub reports_failures: bool,
}

/// A table's stream that feeds a function.
#[derive(Debug, Clone)]
pub struct StreamSourceSpec {
    pub table: String,
    pub batch_size: u32,
    pub filters: Vec<Value>,
    pub bisect: bool,
    pub maximum_retry_attempts: u32,
    pub maximum_age_seconds: u64,
    pub on_failure_queue: Option<String>,
    pub reports_failures: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    pub method: String,
    /// With `{name}` for a segment and `{name+}` for the rest.
    pub path: String,
    /// `None` for a route that anybody may call.
    pub authorizer: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct HttpApiSpec {
    /// Empty for a template without an API.
    pub logical_id: String,
    pub cors: Option<CorsSpec>,
    /// For the routes that have no limit of their own.
    pub throttling: Option<ThrottlingSpec>,
    /// By route key, like `POST /uploads`.
    pub route_throttling: BTreeMap<String, ThrottlingSpec>,
    pub authorizers: BTreeMap<String, JwtAuthorizerSpec>,
    pub default_authorizer: Option<String>,
}

impl HttpApiSpec {
    /// The clients whose tokens are accepted.
    pub fn clients(&self) -> Vec<String> {
        let authorizers = self.authorizers.values();
        authorizers.flat_map(|authorizer| authorizer.audience.clone()).collect()
    }
}

/// Requests of all callers together: so many per second, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottlingSpec {
    pub rate_per_second: u32,
    pub burst: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsSpec {
    pub allow_origins: Vec<String>,
    pub allow_methods: Vec<String>,
    pub allow_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    pub max_age_seconds: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwtAuthorizerSpec {
    pub issuer: String,
    pub audience: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct StateMachineSpec {
    pub logical_id: String,
    pub name: String,
    pub arn: String,
    /// Its name in `infra/`.
    pub file: String,
    /// The text of the file.
    pub definition: String,
    pub substitutions: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub struct QueueSpec {
    pub logical_id: String,
    pub visibility_timeout_seconds: u64,
    pub retention_seconds: u64,
    pub redrive: Option<RedriveSpec>,
}

#[derive(Debug, Clone)]
pub struct RedriveSpec {
    pub dead_letter_queue: String,
    pub max_receive_count: u32,
}

#[derive(Debug, Clone)]
pub struct BucketSpec {
    pub logical_id: String,
    pub name: String,
    pub versioned: bool,
    pub cors: Vec<CorsSpec>,
    pub queue_notifications: Vec<QueueNotification>,
    pub eventbridge: bool,
}

#[derive(Debug, Clone)]
pub struct QueueNotification {
    pub queue: String,
    pub prefix: String,
    pub suffix: String,
}
