//! The configuration of the AWS SDK, with one HTTP client for all adapters of a function.
//!
//! It replaces `aws-config`, which looks for credentials, region and endpoints in files, instance metadata and other
//! services. On Lambda all of them are environment variables, and each lookup would make a cold start longer.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::HttpClient as _;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::aws_calls::Observed;
use crate::config::Environment;
use crate::{deadline, roots};

/// Inside a region a connection takes milliseconds. After a second a packet was lost, and the SDK retries.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// One request and its answer up to the last header. It is shorter if the invocation has less time left.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All attempts of one call together.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);
/// Attempts of one call, including the first.
pub const ATTEMPTS_MAX: u32 = 4;
/// The longest pause before the second attempt; it doubles for each further one, with full jitter.
pub const RETRY_BACKOFF: Duration = Duration::from_millis(50);
/// The longest pause between two attempts.
pub const RETRY_BACKOFF_MAX: Duration = Duration::from_secs(1);

/// The configuration of all clients. Reads `AWS_REGION` and the credentials of the execution role, which Lambda sets
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>), and `AWS_ENDPOINT_URL` for a cloud at
/// another address.
///
/// The credentials in the environment stay valid as long as the process lives, with and without provisioned
/// concurrency. `SnapStart` would need another source.
pub fn sdk_config<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> SdkConfig {
    let credentials = Credentials::new(
        environment.required("AWS_ACCESS_KEY_ID"),
        environment.required("AWS_SECRET_ACCESS_KEY"),
        environment.optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let identity = EnvironmentIdentity(credentials.clone().into());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS_MAX)
        .with_initial_backoff(RETRY_BACKOFF)
        .with_max_backoff(RETRY_BACKOFF_MAX);
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(environment.required("AWS_REGION")))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(identity)
        .http_client(http_client(environment))
        .timeout_config(timeouts.build())
        .retry_config(retries)
        // The timeout of an attempt covers answers that the SDK reads as a whole. `ObjectStream` has its own timeout
        // for objects of S3, which are read piece by piece.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new());
    if let Some(endpoint) = environment.optional("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(endpoint);
    }
    config.build()
}

/// The credentials of the environment. The SDK's own cache takes a lock and reads the clock before every call, for
/// credentials that expire.
#[derive(Debug)]
struct EnvironmentIdentity(Identity);

impl ResolveCachedIdentity for EnvironmentIdentity {
    fn resolve_cached_identity<'a>(
        &'a self,
        _resolver: SharedIdentityResolver,
        _components: &'a RuntimeComponents,
        _config: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Ok(self.0.clone()))
    }
}

/// HTTPS with rustls and ring, or plain HTTP if the endpoint's URL says so. Calls end at the invocation's deadline, and
/// are counted and traced.
fn http_client<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> SharedHttpClient {
    let client = if environment.calls_over_plain_http() {
        Builder::new().build_http()
    } else {
        Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .tls_context(roots::trusted(environment))
            .build_https()
    };
    http_client_fn(move |settings, components| {
        let until_deadline = UntilDeadline(client.http_connector(settings, components));
        SharedHttpConnector::new(Observed(SharedHttpConnector::new(until_deadline)))
    })
}

/// Ends a request at the invocation's deadline. The SDK does not retry after this error, since no time is left.
#[derive(Debug)]
struct UntilDeadline(SharedHttpConnector);

#[derive(Debug, thiserror::Error)]
#[error("the invocation has no time left for an answer")]
struct DeadlineReached;

impl HttpConnector for UntilDeadline {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = self.0.call(request);
        let Some(remaining) = deadline::remaining() else {
            return call;
        };
        HttpConnectorFuture::new(async move {
            let answer = tokio::time::timeout(remaining, call).await;
            answer.unwrap_or_else(|_elapsed| Err(ConnectorError::other(DeadlineReached.into(), None)))
        })
    }
}
