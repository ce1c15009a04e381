//! Connects the AWS SDK to the model, in place of the network.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::SdkConfig;
use recorded_aws::{JsonRequest, response, sdk_config};
use tokio::time::Instant;

use crate::model::Model;

/// The SDK as the functions configure it, with the model behind it. Every call takes `latency` of the runtime's time.
pub fn config(model: &Arc<Mutex<Model>>, latency: Duration) -> SdkConfig {
    let connector = SharedHttpConnector::new(Connector {
        model: Arc::clone(model),
        latency,
    });
    let client = http_client_fn(move |_settings, _components| connector.clone());
    sdk_config(None).into_builder().http_client(client).build()
}

struct Connector {
    model: Arc<Mutex<Model>>,
    latency: Duration,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (model, latency) = (Arc::clone(&self.model), self.latency);
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(latency).await;
            let JsonRequest { operation, body } = JsonRequest::from(&request);
            let (status, answer) = model
                .lock()
                .expect("no call panics")
                .call(&operation, &body, Instant::now());
            Ok(response(status, answer.to_string()))
        })
    }
}
