//! The deployment whose functions call through the proxy. One test at a time uses it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use serde_json::Value;
use tests::api::Cloud;
use tests::client::Client;
use tests::cloud;
use tests::fault_proxy::{Call, Fault, FaultProxy};
use tests::lambda::Answer;

type Choose = Box<dyn Fn(Call<'_>) -> Option<Fault> + Send + Sync>;

/// The proxy, and the current choice of faults.
struct Between {
    proxy: FaultProxy,
    choosing: Arc<RwLock<Option<Choose>>>,
    functions_call: String,
}

pub(crate) struct Place {
    pub(crate) api: Cloud,
    pub(crate) client: Client,
    /// The address that the functions use as the endpoint of AWS.
    pub(crate) functions_call: String,
    deployment: Value,
    between: MutexGuard<'static, Between>,
}

impl Place {
    /// Waits until no other test uses the deployment. No call fails until the test chooses faults.
    pub(crate) fn take() -> Self {
        static BETWEEN: OnceLock<Mutex<Between>> = OnceLock::new();
        let outputs = std::env::var("LOCAL_CLOUD_OUTPUTS")
            .expect("LOCAL_CLOUD_OUTPUTS must be the path of the outputs of a local cloud");
        let deployment = cloud::deployment(outputs.as_ref());
        let url = deployment["url"].as_str().unwrap();
        let between = BETWEEN.get_or_init(|| Mutex::new(between(url)));
        let between = between.lock().unwrap_or_else(PoisonError::into_inner);
        Self {
            api: Cloud::at(url),
            client: cloud::client(Path::new(&outputs)),
            functions_call: between.functions_call.clone(),
            deployment,
            between,
        }
    }

    pub(crate) fn choose(&self, choose: impl Fn(Call<'_>) -> Option<Fault> + Send + Sync + 'static) {
        *self.between.choosing.write().unwrap() = Some(Box::new(choose));
    }

    pub(crate) fn proxy(&self) -> &FaultProxy {
        &self.between.proxy
    }

    /// The deployed name of a function, by its name in the template.
    pub(crate) fn function(&self, name: &str) -> &str {
        self.deployment["functions"][name]
            .as_str()
            .expect("the function is deployed")
    }

    pub(crate) fn invoke(&self, function: &str, event: &Value) -> Answer {
        self.api.invoke(self.function(function), event)
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.deployment["outputs"][name]
            .as_str()
            .expect("the stack has this output")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let choosing = self.between.choosing.write();
        *choosing.unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn between(url: &str) -> Between {
    let port = number("FAULT_PROXY_PORT").expect("FAULT_PROXY_PORT must be the port that the functions call");
    let choosing = Arc::new(RwLock::new(None::<Choose>));
    let asked = Arc::clone(&choosing);
    let upstream = url.trim_start_matches("http://");
    let proxy = FaultProxy::start(u16::try_from(port).unwrap(), upstream, move |call| {
        asked.read().unwrap().as_ref().and_then(|choose| choose(call))
    });
    Between {
        proxy,
        choosing,
        functions_call: format!("http://127.0.0.1:{port}"),
    }
}

/// The number in an environment variable, if it is set.
pub(crate) fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is not a number: {text}")),
    )
}
