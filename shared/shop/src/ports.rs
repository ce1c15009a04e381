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
    /// The status of orders, for the sagas.
    pub book: Arc<dyn OrderBook>,
    /// Reads products.
    pub catalog: Arc<dyn ProductCatalog>,
    /// Reads uploaded catalogs.
    pub catalog_files: Arc<dyn CatalogFiles>,
    /// Writes catalog rows.
    pub catalog_writer: Arc<dyn CatalogWriter>,
    /// Reads the time.
    pub clock: Arc<dyn Clock>,
    /// Finds the addresses of customers and staff.
    pub directory: Arc<dyn CustomerDirectory>,
    /// The payment provider.
    pub gateway: Arc<dyn PaymentGateway>,
    /// The records of idempotency keys.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// Makes ids of orders and uploads.
    pub ids: Arc<dyn IdGenerator>,
    /// Starts imports that take longer than one invocation.
    pub import_runner: Arc<dyn ImportRunner>,
    /// The progress of imports.
    pub imports: Arc<dyn ImportLedger>,
    /// Sends mails.
    pub mailer: Arc<dyn Mailer>,
    /// The orders of customers.
    pub orders: Arc<dyn OrderRepository>,
    /// Waits before a retry.
    pub pause: Arc<dyn Pause>,
    /// The results of payments whose provider answers later.
    pub payment_results: Arc<dyn PaymentResults>,
    /// The shop's own records of payments.
    pub payments: Arc<dyn PaymentRecords>,
    /// The state of photo uploads.
    pub photo_uploads: Arc<dyn PhotoUploads>,
    /// Reads original photos.
    pub photos: Arc<dyn PhotoStore>,
    /// Reads prices.
    pub prices: Arc<dyn PriceList>,
    /// Which photo each product shows.
    pub product_photos: Arc<dyn ProductPhotos>,
    /// Writes the reports of rejected rows.
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    /// Renders thumbnails.
    pub renderer: Arc<dyn ThumbnailRenderer>,
    /// Continues sagas that wait for a payment's result.
    pub saga_callbacks: Arc<dyn SagaCallbacks>,
    /// Starts sagas, and reads their status.
    pub saga_runner: Arc<dyn SagaRunner>,
    /// Which mails were sent.
    pub sends: Arc<dyn SendLog>,
    /// Units on hand and reservations.
    pub stock: Arc<dyn StockLedger>,
    /// Signs links to thumbnails.
    pub thumbnail_links: Arc<dyn ThumbnailLinks>,
    /// Writes thumbnails.
    pub thumbnails: Arc<dyn ThumbnailStore>,
    /// Signs links into and out of the uploads bucket.
    pub upload_links: Arc<dyn UploadLinks>,
    /// The uploads that staff announced.
    pub uploads: Arc<dyn UploadRepository>,
}
