//! Every port of the domain, each with the adapter that stands behind it.

use std::sync::Arc;

use domain::catalog::ports::{
    CatalogFiles, CatalogWriter, ImportLedger, ImportRunner, ProductCatalog, RejectedRowsFiles, ThumbnailLinks,
};
use domain::fulfilment::payment_results::{PaymentResults, SagaCallbacks};
use domain::fulfilment::ports::{OrderBook, PaymentGateway, PaymentRecords, SagaRunner, StockLedger};
use domain::orders::ports::{IdempotencyStore, OrderRepository, PriceList};
use domain::ports::{Clock, CustomerDirectory, IdGenerator, Mailer, Pause, SendLog};
use domain::thumbnails::ports::{PhotoStore, PhotoUploads, ProductPhotos, ThumbnailRenderer, ThumbnailStore};
use domain::uploads::ports::{UploadLinks, UploadRepository};

/// One implementation per port.
#[derive(Clone)]
pub struct Ports {
    pub book: Arc<dyn OrderBook>,
    pub catalog: Arc<dyn ProductCatalog>,
    pub catalog_files: Arc<dyn CatalogFiles>,
    pub catalog_writer: Arc<dyn CatalogWriter>,
    pub clock: Arc<dyn Clock>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub idempotency: Arc<dyn IdempotencyStore>,
    pub ids: Arc<dyn IdGenerator>,
    pub import_runner: Arc<dyn ImportRunner>,
    pub imports: Arc<dyn ImportLedger>,
    pub mailer: Arc<dyn Mailer>,
    pub orders: Arc<dyn OrderRepository>,
    pub pause: Arc<dyn Pause>,
    pub payment_results: Arc<dyn PaymentResults>,
    pub payments: Arc<dyn PaymentRecords>,
    pub photo_uploads: Arc<dyn PhotoUploads>,
    pub photos: Arc<dyn PhotoStore>,
    pub prices: Arc<dyn PriceList>,
    pub product_photos: Arc<dyn ProductPhotos>,
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    pub renderer: Arc<dyn ThumbnailRenderer>,
    pub saga_callbacks: Arc<dyn SagaCallbacks>,
    pub saga_runner: Arc<dyn SagaRunner>,
    pub sends: Arc<dyn SendLog>,
    pub stock: Arc<dyn StockLedger>,
    pub thumbnail_links: Arc<dyn ThumbnailLinks>,
    pub thumbnails: Arc<dyn ThumbnailStore>,
    pub upload_links: Arc<dyn UploadLinks>,
    pub uploads: Arc<dyn UploadRepository>,
}
