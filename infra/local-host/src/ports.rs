//! Which adapter stands behind which port? The embedded one, for every function alike.

use std::sync::Arc;

use adapter_embedded::catalog::{SqliteCatalogWriter, SqlitePriceList, SqliteProductCatalog};
use adapter_embedded::directory::ExampleDirectory;
use adapter_embedded::files::{FolderCatalogFiles, FolderRejectedRowsFiles};
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::imports::{SqliteImportLedger, SqliteImportRunner};
use adapter_embedded::links::{LocalThumbnailLinks, LocalUploadLinks};
use adapter_embedded::order_book::SqliteOrderBook;
use adapter_embedded::orders::SqliteOrderRepository;
use adapter_embedded::payments::SqlitePaymentRecords;
use adapter_embedded::sagas::SqliteSagaRunner;
use adapter_embedded::sends::SqliteSendLog;
use adapter_embedded::stock::SqliteStockLedger;
use adapter_embedded::thumbnails::{FolderPhotoStore, FolderThumbnailStore, SqlitePhotoUploads, SqliteProductPhotos};
use adapter_embedded::uploads::SqliteUploadRepository;
use adapter_system::ids::UuidV7Ids;
use adapter_system::pause::SystemPause;
use domain::catalog::ports::{
    CatalogFiles, CatalogWriter, ImportLedger, ImportRunner, ProductCatalog, RejectedRowsFiles, ThumbnailLinks,
};
use domain::fulfilment::ports::{OrderBook, PaymentGateway, PaymentRecords, SagaRunner, StockLedger};
use domain::orders::ports::{IdempotencyStore, OrderRepository, PriceList};
use domain::ports::{Clock, CustomerDirectory, IdGenerator, Mailer, Pause, SendLog};
use domain::thumbnails::ports::{PhotoStore, PhotoUploads, ProductPhotos, ThumbnailRenderer, ThumbnailStore};
use domain::uploads::ports::{UploadLinks, UploadRepository};
use imaging::Renderer;

use crate::payment_switch::SwitchedGateway;
use crate::shop::Shop;

/// Every port of the domain.
pub(crate) struct Ports {
    pub(crate) book: Arc<dyn OrderBook>,
    pub(crate) catalog: Arc<dyn ProductCatalog>,
    pub(crate) catalog_files: Arc<dyn CatalogFiles>,
    pub(crate) catalog_writer: Arc<dyn CatalogWriter>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) directory: Arc<dyn CustomerDirectory>,
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) idempotency: Arc<dyn IdempotencyStore>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) import_runner: Arc<dyn ImportRunner>,
    pub(crate) imports: Arc<dyn ImportLedger>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) orders: Arc<dyn OrderRepository>,
    pub(crate) pause: Arc<dyn Pause>,
    pub(crate) payments: Arc<dyn PaymentRecords>,
    pub(crate) photo_uploads: Arc<dyn PhotoUploads>,
    pub(crate) photos: Arc<dyn PhotoStore>,
    pub(crate) prices: Arc<dyn PriceList>,
    pub(crate) product_photos: Arc<dyn ProductPhotos>,
    pub(crate) rejected_rows: Arc<dyn RejectedRowsFiles>,
    pub(crate) renderer: Arc<dyn ThumbnailRenderer>,
    pub(crate) saga_runner: Arc<dyn SagaRunner>,
    pub(crate) sends: Arc<dyn SendLog>,
    pub(crate) stock: Arc<dyn StockLedger>,
    pub(crate) thumbnail_links: Arc<dyn ThumbnailLinks>,
    pub(crate) thumbnails: Arc<dyn ThumbnailStore>,
    pub(crate) upload_links: Arc<dyn UploadLinks>,
    pub(crate) uploads: Arc<dyn UploadRepository>,
}

impl Ports {
    pub(crate) fn of(shop: &Shop) -> Self {
        let database = || shop.database.clone();
        let (uploads, thumbnails) = (&shop.uploads, &shop.thumbnails);
        let signer = || shop.links.clone();
        Self {
            book: Arc::new(SqliteOrderBook { database: database() }),
            catalog: Arc::new(SqliteProductCatalog { database: database() }),
            catalog_files: Arc::new(FolderCatalogFiles {
                bucket: uploads.bucket.clone(),
            }),
            catalog_writer: Arc::new(SqliteCatalogWriter { database: database() }),
            clock: shop.clock.clone(),
            directory: Arc::new(ExampleDirectory),
            gateway: Arc::new(SwitchedGateway {
                gateway: Arc::new(shop.gateway.clone()),
                switch: shop.payments.clone(),
            }),
            idempotency: Arc::new(SqliteIdempotencyStore { database: database() }),
            ids: Arc::new(UuidV7Ids),
            import_runner: Arc::new(SqliteImportRunner {
                database: database(),
                clock: shop.clock.clone(),
            }),
            imports: Arc::new(SqliteImportLedger { database: database() }),
            mailer: Arc::new(shop.mailer.clone()),
            orders: Arc::new(SqliteOrderRepository { database: database() }),
            pause: Arc::new(SystemPause),
            payments: Arc::new(SqlitePaymentRecords { database: database() }),
            photo_uploads: Arc::new(SqlitePhotoUploads { database: database() }),
            photos: Arc::new(FolderPhotoStore {
                bucket: uploads.bucket.clone(),
            }),
            prices: Arc::new(SqlitePriceList { database: database() }),
            product_photos: Arc::new(SqliteProductPhotos { database: database() }),
            rejected_rows: Arc::new(FolderRejectedRowsFiles {
                bucket: uploads.bucket.clone(),
            }),
            renderer: Arc::new(Renderer::default()),
            saga_runner: Arc::new(SqliteSagaRunner {
                database: database(),
                clock: shop.clock.clone(),
            }),
            sends: Arc::new(SqliteSendLog { database: database() }),
            stock: Arc::new(SqliteStockLedger { database: database() }),
            thumbnail_links: Arc::new(LocalThumbnailLinks {
                signer: signer(),
                bucket: thumbnails.name.clone(),
            }),
            thumbnails: Arc::new(FolderThumbnailStore {
                bucket: thumbnails.bucket.clone(),
            }),
            upload_links: Arc::new(LocalUploadLinks {
                signer: signer(),
                bucket: uploads.name.clone(),
            }),
            uploads: Arc::new(SqliteUploadRepository { database: database() }),
        }
    }
}
