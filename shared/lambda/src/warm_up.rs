//! What does a function get over with before its first event? One harmless call per client, so that no caller waits for a
//! first connection.
//!
//! Looking a name up, opening a connection and agreeing on keys is most of a first call. In INIT it costs the same work,
//! but INIT has a whole processor at every memory size, and with provisioned concurrency nobody waits for it.

use std::error::Error;
use std::future::Future;

use telemetry::error_chain::error_chain;

use crate::config::{Environment, WarmUp};

/// All calls together. INIT has ten seconds (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>);
/// a service that does not answer within this is better met by an invocation, which can tell its caller.
pub const WARM_UP_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

impl<L: Fn(&str) -> Option<String>> Environment<L> {
    /// Asks for a call before the first event. It MUST change nothing, and be allowed to the function's role.
    ///
    /// It is not made where `WARM_UP` is `off`, nor over plain HTTP: there is no handshake to get over with, and what is
    /// left of a first call is not worth one.
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

    /// Whether AWS is somewhere else, and without TLS: on this machine.
    pub(crate) fn calls_over_plain_http(&self) -> bool {
        let endpoint = self.optional("AWS_ENDPOINT_URL");
        endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
    }
}

/// Makes the calls one after another. What becomes of them is no fault: the first invocation meets the same service, and
/// says so to somebody.
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

    fn asked_for(variables: &[(&str, &str)]) -> Result<usize, EnvironmentFaults> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let read = with_warm_ups(lookup, |environment| {
            environment.warm_up(async { Ok::<(), io::Error>(()) });
        });
        read.map(|((), calls)| calls.len())
    }

    #[test]
    fn a_call_is_made_where_there_is_a_handshake_to_get_over_with() {
        assert_eq!(asked_for(&[]).unwrap(), 1);
        assert_eq!(asked_for(&[("WARM_UP", "on")]).unwrap(), 1);
        assert_eq!(asked_for(&[("AWS_ENDPOINT_URL", "https://localhost:4566")]).unwrap(), 1);
        assert_eq!(asked_for(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]).unwrap(), 0);
        assert_eq!(asked_for(&[("WARM_UP", "off")]).unwrap(), 0);
    }

    #[test]
    fn what_is_neither_on_nor_off_is_a_fault() {
        let faults = asked_for(&[("WARM_UP", "maybe")]).unwrap_err();
        assert_eq!(faults.to_string(), "environment: WARM_UP is malformed");
    }
}
