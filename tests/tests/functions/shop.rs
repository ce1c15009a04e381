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
use domain::ports::{Clock, IdGenerator};
use domain::values::{Sku, Timestamp};
use events::invocation::Reply;
use function_tests::{NOW_MS, World, log};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use function_tests::{ORDER, OTHER_ORDER, THUMBNAILS_BUCKET, UPLOADS_BUCKET, error_name, event, http};

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
    /// Sells [`World::products`].
    pub(crate) async fn open() -> Self {
        log::listen();
        let clock = Arc::new(SetClock::at(Timestamp::from_unix_ms(NOW_MS.cast_signed())));
        let database = Database::in_memory().unwrap();
        let buckets = Buckets::in_temporary_folder(database.clone(), clock.clone()).unwrap();
        let shop = Self {
            gateway: Arc::new(SandboxGateway::in_memory(clock.clone(), GATEWAY_TIMEOUT).unwrap()),
            mailer: Arc::new(OutboxMailer::in_temporary_folder(clock.clone()).unwrap()),
            uploads: buckets.bucket(UPLOADS_BUCKET, Versions::Kept).unwrap(),
            thumbnails: buckets.bucket(THUMBNAILS_BUCKET, Versions::LatestOnly).unwrap(),
            signer: Arc::new(LinkSigner::new("http://shop.test".to_owned(), [7; 32])),
            ids: Arc::default(),
            clock,
            database,
        };
        let writer = SqliteCatalogWriter {
            database: shop.database.clone(),
        };
        let version = CatalogVersion {
            upload_sequence: 0,
            byte_offset: 1,
        };
        for row in World::products() {
            writer.apply(&row, version, shop.clock.now()).await.unwrap();
        }
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
