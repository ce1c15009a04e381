//! Makes one harmless call per client before the first event, so that no caller waits for a new connection.
//!
//! DNS lookup, connection and TLS handshake take most of the time of a first call. INIT has a whole processor at every
//! memory size, and with provisioned concurrency no caller waits for it.

use std::error::Error;
use std::future::Future;

use telemetry::error_chain::error_chain;

use crate::config::{Environment, WarmUp};

/// All warm-up calls together. INIT may take ten seconds
/// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>). If a service takes longer than
/// this, an invocation can report the failure to its caller.
pub const WARM_UP_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

impl<L: Fn(&str) -> Option<String>> Environment<L> {
    /// Registers a call to make before the first event. It MUST change nothing, and the function's role MUST allow it.
    ///
    /// It is not made if `WARM_UP` is `off`, nor over plain HTTP: without a TLS handshake it would gain too little.
    pub fn warm_up<E>(&self, call: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Error + Send + Sync + 'static,
    {
        let wanted = self.parsed_or("WARM_UP", true, |text| match text {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(()),
        });
        if wanted && !self.calls_over_plain_http() {
            let call = async { call.await.map_err(Into::into) };
            self.warm_ups.borrow_mut().push(Box::pin(call));
        }
    }

    /// Whether the endpoint has no TLS, like an emulator on this machine.
    pub(crate) fn calls_over_plain_http(&self) -> bool {
        let endpoint = self.optional("AWS_ENDPOINT_URL");
        endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
    }
}

/// Makes the calls one after another. Only logs their failures: the first invocation calls the same services, and
/// reports a failure to its caller.
pub(crate) async fn make(calls: Vec<WarmUp>) {
    if calls.is_empty() {
        return;
    }
    let all = async {
        for call in calls {
            if let Err(error) = call.await {
                tracing::info!(error = error_chain(error.as_ref()), "warm-up call failed");
            }
        }
    };
    if tokio::time::timeout(WARM_UP_TIMEOUT, all).await.is_err() {
        tracing::info!("warm-up calls took too long");
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use crate::config::{EnvironmentFaults, with_warm_ups};

    fn registered_calls(variables: &[(&str, &str)]) -> Result<usize, EnvironmentFaults> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let read = with_warm_ups(lookup, |environment| {
            environment.warm_up(async { Ok::<(), io::Error>(()) });
        });
        read.map(|((), calls)| calls.len())
    }

    #[test]
    fn a_call_is_made_if_the_endpoint_has_a_tls_handshake() {
        assert_eq!(registered_calls(&[]).unwrap(), 1);
        assert_eq!(registered_calls(&[("WARM_UP", "on")]).unwrap(), 1);
        assert_eq!(
            registered_calls(&[("AWS_ENDPOINT_URL", "https://localhost:4566")]).unwrap(),
            1
        );
        assert_eq!(
            registered_calls(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]).unwrap(),
            0
        );
        assert_eq!(registered_calls(&[("WARM_UP", "off")]).unwrap(), 0);
    }

    #[test]
    fn a_value_that_is_neither_on_nor_off_is_a_fault() {
        let faults = registered_calls(&[("WARM_UP", "maybe")]).unwrap_err();
        assert_eq!(faults.to_string(), "environment: WARM_UP is malformed");
    }
}
