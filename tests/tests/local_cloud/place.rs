//! Finds the deployment on the local cloud, and invokes its functions.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tests::api::Cloud;
use tests::client::Client;
use tests::cloud;
use tests::lambda::Answer;

/// The deployment in `LOCAL_CLOUD_OUTPUTS`.
pub(crate) struct Place {
    pub(crate) api: Cloud,
    pub(crate) client: Client,
    deployment: Value,
}

impl Place {
    pub(crate) fn open() -> Self {
        let outputs = outputs();
        let deployment = cloud::deployment(outputs);
        Self {
            api: Cloud::at(deployment["url"].as_str().unwrap()),
            client: cloud::client(outputs),
            deployment,
        }
    }

    /// Invokes a function, by its name in the template.
    pub(crate) fn invoke(&self, function: &str, event: &Value) -> Answer {
        let name = self.deployment["functions"][function]
            .as_str()
            .expect("the function is deployed");
        self.api.invoke(name, event)
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.deployment["outputs"][name]
            .as_str()
            .expect("the stack has this output")
    }
}

fn outputs() -> &'static Path {
    static OUTPUTS: OnceLock<PathBuf> = OnceLock::new();
    OUTPUTS.get_or_init(|| {
        let path = std::env::var_os("LOCAL_CLOUD_OUTPUTS");
        path.expect("LOCAL_CLOUD_OUTPUTS must be the path of the outputs of a local cloud")
            .into()
    })
}
