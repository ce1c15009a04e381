//! Starts the host for the baseline tests, and sends the requests of their customers.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tests::client::{Answer, Client};
use tests::local::LocalHost;

pub(crate) const DATABASES: [&str; 2] = ["popshop", "gateway"];
pub(crate) const SKU: &str = "BASE-MUG";
pub(crate) const STOCK: u64 = 300;
/// A file with three ranges of the smallest size.
pub(crate) const LARGE_ROWS: u32 = 1_500;
pub(crate) const LARGE_SKUS: u32 = 50;
const PARAMETERS: [&str; 2] = ["CatalogDivideAboveBytes=65536", "CatalogRangeBytes=65536"];

pub(crate) fn start(folder: &Path) -> LocalHost {
    LocalHost::start_with_parameters(folder, &PARAMETERS.map(str::to_owned))
}

pub(crate) fn milliseconds_now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

pub(crate) struct Shop<'a> {
    pub(crate) client: &'a Client,
    pub(crate) ann: String,
    pub(crate) olga: String,
}

impl<'a> Shop<'a> {
    pub(crate) fn at(client: &'a Client) -> Self {
        let (ann, olga) = (client.token("ann", &[]), client.token("olga", &["staff"]));
        Self { client, ann, olga }
    }

    pub(crate) fn place(&self, request: &Value) -> Answer {
        let key = [("idempotency-key", request["key"].as_str().unwrap())];
        self.client.post("/orders", &self.ann, &key, &request["body"])
    }

    pub(crate) fn order(&self, id: &str) -> Value {
        self.client.get(&format!("/orders/{id}"), Some(&self.ann)).json()
    }

    pub(crate) fn cancel(&self, id: &str) {
        let answer = self
            .client
            .post(&format!("/orders/{id}/cancel"), &self.ann, &[], &json!({}));
        assert_eq!(answer.status, 202);
    }

    pub(crate) fn turn_payments(&self, answers: bool) {
        let body = json!({ "answers": answers });
        assert_eq!(self.client.post("/dev/payments", "", &[], &body).status, 200);
    }

    pub(crate) fn wait_for_status(&self, id: &str, status: &str, patience: Duration) {
        let began = Instant::now();
        while self.order(id)["status"] != status {
            assert!(began.elapsed() < patience, "{id}: {}, not {status}", self.order(id));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

pub(crate) fn shown(answer: &Answer) -> Value {
    let body = String::from_utf8(answer.bytes.clone()).unwrap();
    json!({ "status": answer.status, "location": answer.header("location"), "body": body })
}
