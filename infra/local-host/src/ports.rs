//! Puts the embedded adapter behind every port: SQLite, folders and the sandbox gateway.

use std::sync::Arc;

use adapter_embedded::Database;
use adapter_embedded::buckets::Bucket;
use adapter_embedded::catalog::{SqliteCatalogWriter, SqlitePriceList, SqliteProductCatalog};
use adapter_embedded::directory::ExampleDirectory;
use adapter_embedded::files::{FolderCatalogFiles, FolderRejectedRowsFiles};
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::imports::{SqliteImportLedger, SqliteImportRunner};
use adapter_embedded::links::{LinkSigner, LocalThumbnailLinks, LocalUploadLinks};
use adapter_embedded::order_book::SqliteOrderBook;
use adapter_embedded::orders::SqliteOrderRepository;
use adapter_embedded::payment_results::SqlitePaymentResults;
use adapter_embedded::payments::SqlitePaymentRecords;
use adapter_embedded::sagas::SqliteSagaRunner;
use adapter_embedded::sends::SqliteSendLog;
use adapter_embedded::stock::SqliteStockLedger;
use adapter_embedded::thumbnails::{FolderPhotoStore, FolderThumbnailStore, SqlitePhotoUploads, SqliteProductPhotos};
use adapter_embedded::uploads::SqliteUploadRepository;
use adapter_system::pause::SystemPause;
use domain::fulfilment::ports::PaymentGateway;
use domain::ports::{Clock, IdGenerator, Mailer};
use imaging::Renderer;
use shop::Ports;

/// A bucket with the name that events and links use.
#[derive(Clone)]
pub struct NamedBucket {
    pub name: String,
    pub bucket: Bucket,
}

/// What the embedded adapters stand on.
pub struct Embedded {
    pub database: Database,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub mailer: Arc<dyn Mailer>,
    pub uploads: NamedBucket,
    pub thumbnails: NamedBucket,
    pub links: Arc<LinkSigner>,
}

impl Embedded {
    pub fn ports(self) -> Ports {
        let Self {
            database,
            clock,
            ids,
            gateway,
            mailer,
            uploads,
            thumbnails,
            links,
        } = self;
        let database = || database.clone();
        let bucket = || uploads.bucket.clone();
        let payment_results = Arc::new(SqlitePaymentResults {
            database: database(),
            clock: clock.clone(),
        });
        Ports {
            book: Arc::new(SqliteOrderBook { database: database() }),
            catalog: Arc::new(SqliteProductCatalog { database: database() }),
            catalog_files: Arc::new(FolderCatalogFiles { bucket: bucket() }),
            catalog_writer: Arc::new(SqliteCatalogWriter { database: database() }),
            directory: Arc::new(ExampleDirectory),
            gateway,
            idempotency: Arc::new(SqliteIdempotencyStore { database: database() }),
            ids,
            import_runner: Arc::new(SqliteImportRunner {
                database: database(),
                clock: clock.clone(),
            }),
            imports: Arc::new(SqliteImportLedger { database: database() }),
            mailer,
            orders: Arc::new(SqliteOrderRepository { database: database() }),
            pause: Arc::new(SystemPause),
            payment_results: payment_results.clone(),
            payments: Arc::new(SqlitePaymentRecords { database: database() }),
            photo_uploads: Arc::new(SqlitePhotoUploads { database: database() }),
            photos: Arc::new(FolderPhotoStore { bucket: bucket() }),
            prices: Arc::new(SqlitePriceList { database: database() }),
            product_photos: Arc::new(SqliteProductPhotos { database: database() }),
            rejected_rows: Arc::new(FolderRejectedRowsFiles { bucket: bucket() }),
            renderer: Arc::new(Renderer::default()),
            saga_callbacks: payment_results,
            saga_runner: Arc::new(SqliteSagaRunner {
                database: database(),
                clock: clock.clone(),
            }),
            sends: Arc::new(SqliteSendLog { database: database() }),
            stock: Arc::new(SqliteStockLedger { database: database() }),
            thumbnail_links: Arc::new(LocalThumbnailLinks {
                signer: links.clone(),
                bucket: thumbnails.name,
            }),
            thumbnails: Arc::new(FolderThumbnailStore {
                bucket: thumbnails.bucket,
            }),
            upload_links: Arc::new(LocalUploadLinks {
                signer: links,
                bucket: uploads.name,
            }),
            uploads: Arc::new(SqliteUploadRepository { database: database() }),
            clock,
        }
    }
}
