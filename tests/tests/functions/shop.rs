//! What is a shop in a test? Everything that the functions need, in memory, with a clock that stands still and ids that
//! are known beforehand.

use adapter_embedded::Database;
use adapter_embedded::buckets::{Bucket, Buckets, PutCondition, PutOutcome, Versions};
use adapter_embedded::catalog::{SqliteCatalogWriter, SqliteProductCatalog};
use adapter_embedded::executions::{self, Execution};
use adapter_embedded::gateway::SandboxGateway;
use adapter_embedded::links::LinkSigner;
use adapter_embedded::mail::OutboxMailer;
use adapter_memory::time::SetClock;
use adapter_system::ids::UuidV7Ids;
use domain::catalog::ports::{CatalogVersion, CatalogWriter, ProductCatalog};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::ports::{Clock, IdGenerator};
use domain::values::{Currency, Money, Sku, Timestamp};
use entry::cursor::CursorSigner;
use events::invocation::Reply;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use tests::repository::event;

use crate::log;

/// 2026-11-01T10:00:00Z, the moment at which the events of `events/` happen.
pub(crate) const NOW_MS: i64 = 1_793_527_200_000;
pub(crate) const ANN: &str = "7d1e4c52-90b1-70aa-3f6e-0c9b2f1a8e01";
/// The order that accepted events name.
pub(crate) const ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000001";
/// The order that most rejected events name.
pub(crate) const OTHER_ORDER: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000002";
pub(crate) const UPLOADS_BUCKET: &str = "popshop-dev-uploads-123456789012";
pub(crate) const THUMBNAILS_BUCKET: &str = "popshop-dev-thumbnails-123456789012";
/// How long `tok_down` keeps a test waiting.
const GATEWAY_TIMEOUT: Duration = Duration::from_millis(5);

pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) ids: Arc<ListedIds>,
    pub(crate) gateway: Arc<SandboxGateway>,
    pub(crate) mailer: Arc<OutboxMailer>,
    pub(crate) uploads: Bucket,
    pub(crate) thumbnails: Bucket,
    pub(crate) signer: Arc<LinkSigner>,
    pub(crate) cursors: CursorSigner,
}

/// Ids in the order in which they were announced, then random ones.
#[derive(Default)]
pub(crate) struct ListedIds(Mutex<VecDeque<String>>);

impl ListedIds {
    pub(crate) fn announce(&self, id: &str) {
        self.0.lock().unwrap().push_back(id.to_owned());
    }
}

impl IdGenerator for ListedIds {
    fn next_id(&self) -> String {
        let announced = self.0.lock().unwrap().pop_front();
        announced.unwrap_or_else(|| UuidV7Ids.next_id())
    }
}

impl Shop {
    /// Sells mugs (7 units at 12.50 EUR), tees (3 at 20.00 EUR), `Tee + Käse` (5 at 6.00 EUR) and posters (9 at 1200 JPY).
    pub(crate) async fn open() -> Self {
        log::listen();
        let clock = Arc::new(SetClock::at(Timestamp::from_unix_ms(NOW_MS)));
        let database = Database::in_memory().unwrap();
        let buckets = Buckets::in_temporary_folder(database.clone(), clock.clone()).unwrap();
        let shop = Self {
            gateway: Arc::new(SandboxGateway::in_memory(clock.clone(), GATEWAY_TIMEOUT).unwrap()),
            mailer: Arc::new(OutboxMailer::in_temporary_folder(clock.clone()).unwrap()),
            uploads: buckets.bucket(UPLOADS_BUCKET, Versions::Kept).unwrap(),
            thumbnails: buckets.bucket(THUMBNAILS_BUCKET, Versions::LatestOnly).unwrap(),
            signer: Arc::new(LinkSigner::new("http://shop.test".to_owned(), [7; 32])),
            cursors: CursorSigner::new(&[7; 32]).unwrap(),
            ids: Arc::default(),
            clock,
            database,
        };
        shop.stock("MUG-01", "Mug", 1_250, "EUR", 7).await;
        shop.stock("TEE-01", "Tee", 2_000, "EUR", 3).await;
        shop.stock("Tee + Käse", "Tea with cheese", 600, "EUR", 5).await;
        shop.stock("POSTER-JP", "Poster", 1_200, "JPY", 9).await;
        shop
    }

    /// A shop where Ann has ordered two mugs.
    pub(crate) async fn with_order(payment_token: &str) -> Self {
        let shop = Self::open().await;
        shop.place_mugs(ORDER, payment_token).await;
        shop
    }

    /// Invokes a function with its own file of `events/`, or with its rejected one: `orders-get.rejected`.
    pub(crate) async fn send(&self, name: &str) -> Reply {
        let function = name.strip_suffix(".rejected").unwrap_or(name);
        self.invoke(function, event(name)).await
    }

    /// The same of a function behind the API.
    pub(crate) async fn ask(&self, name: &str) -> Value {
        http(self.send(name).await)
    }

    async fn stock(&self, sku: &str, name: &str, amount_minor: i64, currency: &str, units: u32) {
        let row = CatalogRow {
            sku: Sku::parse(sku).unwrap(),
            details: ProductDetails::new(
                name,
                format!("{name}, as good as new"),
                Money::new(amount_minor, Currency::parse(currency).unwrap()).unwrap(),
            ),
            stock: units,
        };
        let version = CatalogVersion {
            upload_sequence: 0,
            byte_offset: 1,
        };
        let writer = SqliteCatalogWriter {
            database: self.database.clone(),
        };
        writer.apply(&row, version, self.clock.now()).await.unwrap();
    }

    pub(crate) async fn available(&self, sku: &str) -> u32 {
        let catalog = SqliteProductCatalog {
            database: self.database.clone(),
        };
        catalog
            .find(&Sku::parse(sku).unwrap())
            .await
            .unwrap()
            .unwrap()
            .available
    }

    /// Places an order of one mug, two tees and so on, as Ann would.
    pub(crate) async fn place(&self, id: &str, payment_token: &str, items: &Value) {
        self.ids.announce(id);
        let mut event = event("orders-place");
        event["headers"]["idempotency-key"] = json!(format!("key-{id}"));
        event["body"] = json!(json!({"items": items, "payment_token": payment_token}).to_string());
        let answer = http(self.invoke("orders-place", event).await);
        assert_eq!(answer["status"], 202, "{answer}");
    }

    /// Places an order of two mugs.
    pub(crate) async fn place_mugs(&self, id: &str, payment_token: &str) {
        self.place(id, payment_token, &json!([{"sku": "MUG-01", "quantity": 2}]))
            .await;
    }

    pub(crate) async fn confirm(&self, id: &str) {
        for step in [
            "saga-reserve-stock",
            "saga-authorize-payment",
            "saga-capture-payment",
            "saga-confirm-order",
        ] {
            self.step(step, id).await.unwrap();
        }
    }

    /// One step of a saga, with the input that the state machines give to most of them.
    pub(crate) async fn step(&self, function: &str, id: &str) -> Reply {
        let input = json!({"order_id": id, "correlation_id": "req-7f3a2b10"});
        self.invoke(function, input).await
    }

    /// The order as its customer sees it.
    pub(crate) async fn order(&self, id: &str) -> Value {
        let mut event = event("orders-get");
        event["pathParameters"]["id"] = json!(id);
        http(self.invoke("orders-get", event).await)["body"].take()
    }

    /// Executions that have not ended, in the order in which they were started.
    pub(crate) async fn running_sagas(&self) -> Vec<Execution> {
        let running = self.database.call("list executions", |connection| {
            executions::running_after(connection, 0, 100)
        });
        running
            .await
            .unwrap()
            .into_iter()
            .map(|(_, execution)| execution)
            .collect()
    }

    pub(crate) async fn upload(&self, key: &str, bytes: &[u8], content_type: &str) -> String {
        match self
            .uploads
            .put(key, bytes, content_type, PutCondition::IfAbsent)
            .await
            .unwrap()
        {
            PutOutcome::Stored(object) => object.version_id.unwrap(),
            PutOutcome::AlreadyExists => panic!("{key} is there already"),
        }
    }
}

impl Drop for Shop {
    /// A shop closes when its test ends: what was logged in it is read then.
    fn drop(&mut self) {
        log::taken();
    }
}

/// An HTTP answer as status, headers and decoded body.
pub(crate) fn http(reply: Reply) -> Value {
    let reply = reply.expect("an HTTP function always answers");
    assert_eq!(reply["isBase64Encoded"], false);
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    json!({"status": reply["statusCode"], "headers": reply["headers"], "body": body})
}

/// The name that a state machine would catch.
pub(crate) fn error_name(reply: Reply) -> String {
    reply.expect_err("the step fails").error_type
}
