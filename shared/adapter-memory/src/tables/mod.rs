//! What does the shop keep? One value that holds every table, and what left the shop.

pub mod buckets;
pub mod gateway;
pub mod orders;
pub mod products;
pub mod requests;
pub mod sagas;
pub mod uploads;

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::import::job::{FileRange, ImportJob};
use domain::fulfilment::ports::PaymentRecord;
use domain::ports::{Email, SendState};
use domain::uploads::ports::UploadGrant;
use domain::values::{CustomerId, OrderId};

use buckets::Bucket;
use gateway::Gateway;
use orders::Orders;
use products::Products;
use requests::Requests;
use sagas::Sagas;
use uploads::Uploads;

/// Ordered maps throughout: the same calls give the same answers in every run.
#[derive(Debug, Default)]
pub struct Tables {
    pub orders: Orders,
    /// Idempotency records.
    pub requests: Requests,
    /// The catalog and the units in stock.
    pub products: Products,
    /// The books of the payment provider, which decide.
    pub gateway: Gateway,
    /// Our own notes of payments.
    pub payments: BTreeMap<OrderId, PaymentRecord>,
    pub sends: BTreeMap<String, SendState>,
    /// Every mail that was handed over, oldest first.
    pub mails: Vec<Email>,
    /// Customers that the directory has no address of. Everybody else is `{customer}@example.test`.
    pub without_address: BTreeSet<CustomerId>,
    pub sagas: Sagas,
    pub uploads: Uploads,
    /// Import executions that were started, each once, with the ranges that were known.
    pub imports_started: Vec<(ImportJob, Option<Vec<FileRange>>)>,
    /// What the links of the uploads bucket allow.
    pub grants: Vec<UploadGrant>,
    /// Originals, catalogs and reports.
    pub uploads_bucket: Bucket,
    pub thumbnails_bucket: Bucket,
}
