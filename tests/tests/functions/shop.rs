//! A shop for tests: all ports over the embedded adapters in memory, with a fixed clock and fixed ids.

use adapter_embedded::Database;
use adapter_embedded::buckets::{Bucket, Buckets, PutCondition, PutOutcome, Versions};
use adapter_embedded::catalog::{SqliteCatalogWriter, SqliteProductCatalog};
use adapter_embedded::executions::{self, Execution};
use adapter_embedded::gateway::SandboxGateway;
use adapter_embedded::links::LinkSigner;
use adapter_embedded::mail::OutboxMailer;
use domain::catalog::ports::{CatalogWriter, ProductCatalog};
use domain::ports::Clock;
use domain::values::Sku;
use function_tests::{Functions, PRODUCTS_VERSION, UPLOADS_BUCKET, products};
use local_host::ports::{Embedded, NamedBucket};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use function_tests::{ORDER, OTHER_ORDER, THUMBNAILS_BUCKET, error_name, event, http};

/// The time that a test waits for `tok_down`.
const GATEWAY_TIMEOUT: Duration = Duration::from_millis(5);

pub(crate) struct Shop {
    functions: Functions,
    pub(crate) database: Database,
    pub(crate) gateway: Arc<SandboxGateway>,
    pub(crate) mailer: Arc<OutboxMailer>,
    uploads: Bucket,
}

impl Deref for Shop {
    type Target = Functions;

    fn deref(&self) -> &Functions {
        &self.functions
    }
}

impl Shop {
    /// Sells [`products`].
    pub(crate) async fn open() -> Self {
        let (functions, (database, gateway, mailer, uploads)) = Functions::over(|clock, ids| {
            let database = Database::in_memory().unwrap();
            let buckets = Buckets::in_temporary_folder(database.clone(), clock.clone()).unwrap();
            let bucket = |name: &str, versions| NamedBucket {
                name: name.to_owned(),
                bucket: buckets.bucket(name, versions).unwrap(),
            };
            let gateway = Arc::new(SandboxGateway::in_memory(clock.clone(), GATEWAY_TIMEOUT).unwrap());
            let mailer = Arc::new(OutboxMailer::in_temporary_folder(clock.clone()).unwrap());
            let uploads = bucket(UPLOADS_BUCKET, Versions::Kept);
            let adapters = (
                database.clone(),
                gateway.clone(),
                mailer.clone(),
                uploads.bucket.clone(),
            );
            let embedded = Embedded {
                database,
                clock: clock.clone(),
                ids: ids.clone(),
                gateway,
                mailer,
                uploads,
                thumbnails: bucket(THUMBNAILS_BUCKET, Versions::LatestOnly),
                links: Arc::new(LinkSigner::new("http://shop.test".to_owned(), [7; 32])),
            };
            (embedded.ports(), adapters)
        });
        let writer = SqliteCatalogWriter {
            database: database.clone(),
        };
        for row in products() {
            let written = writer.apply(&row, PRODUCTS_VERSION, functions.clock.now()).await;
            written.unwrap();
        }
        Self {
            functions,
            database,
            gateway,
            mailer,
            uploads,
        }
    }

    /// A shop where Ann has ordered two mugs.
    pub(crate) async fn with_order(payment_token: &str) -> Self {
        let shop = Self::open().await;
        shop.place_mugs(ORDER, payment_token).await;
        shop
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
            PutOutcome::AlreadyExists => panic!("{key} already exists"),
        }
    }
}
