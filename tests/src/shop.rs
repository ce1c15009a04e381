//! Opens a shop for an end-to-end test: on its own local host, or on the local cloud that all tests share.

use std::sync::OnceLock;

use crate::client::Client;
use crate::cloud;
use crate::local::LocalHost;
use crate::provider::Provider;

/// The built-in catalog of the local host.
const BUILT_IN_CATALOG: &str = include_str!("../../infra/local-host/src/seed.csv");

/// A shop with the built-in catalog, open for one test.
pub struct Shop {
    pub client: Client,
    pub load: Load,
    /// The parameter `AllowedOrigin`: the template's default, or what `infra/local-cloud/deploy.py` gives.
    pub allowed_origin: &'static str,
    /// The payment provider that answers later, where the shop has none of its own.
    pub provider: Option<Provider>,
    /// Ends with the test.
    _host: Option<LocalHost>,
}

/// The load that a place can handle within the time of a test.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub clients: u32,
    pub orders: u32,
    pub units: u32,
    pub catalog_rows: u32,
}

/// One process, with the functions linked in.
const LOCAL_HOST: Load = Load {
    clients: 100,
    orders: 2_000,
    units: 500,
    catalog_rows: 10_000,
};
/// An emulator that starts a process per function: about twenty invocations per second on two processors.
const LOCAL_CLOUD: Load = Load {
    clients: 10,
    orders: 60,
    units: 15,
    catalog_rows: 1_000,
};

impl Shop {
    /// Opens a shop: on the local cloud if `LOCAL_CLOUD_OUTPUTS` is the path of its outputs, else on a local host.
    pub fn open() -> Self {
        let Ok(outputs) = std::env::var("LOCAL_CLOUD_OUTPUTS") else {
            let host = LocalHost::start_in_memory();
            return Self {
                client: host.client.clone(),
                load: LOCAL_HOST,
                allowed_origin: "http://127.0.0.1:3000",
                provider: None,
                _host: Some(host),
            };
        };
        let client = cloud::client(outputs.as_ref());
        stock(&client);
        Self {
            client,
            load: LOCAL_CLOUD,
            allowed_origin: "http://localhost:8080",
            provider: Some(cloud::provider(outputs.as_ref())),
            _host: None,
        }
    }
}

/// Uploads the built-in catalog to the local cloud, once for all tests of a process.
fn stock(client: &Client) {
    static STOCKED: OnceLock<()> = OnceLock::new();
    STOCKED.get_or_init(|| {
        let staff = client.token("shopkeeper", &["staff"]);
        let upload = client.import_catalog(&staff, "built-in.csv", BUILT_IN_CATALOG.as_bytes());
        assert_eq!(upload["status"], "DONE", "{upload}");
    });
}
