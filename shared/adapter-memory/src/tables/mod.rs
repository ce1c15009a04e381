//! Every table of the shop in one value, and the mails that left the shop.

pub mod orders;
pub mod products;
pub mod uploads;

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::import::job::{FileRange, ImportJob};
use domain::fulfilment::payment_results::{PaymentVerdict, WaitToken};
use domain::fulfilment::ports::{Capture, PaymentRecord, SagaKind, SagaStanding, SagaStart, Void};
use domain::ports::{Email, SendState};
use domain::uploads::ports::UploadGrant;
use domain::values::{CustomerId, OrderId};
use sandbox_gateway::ledger::Movement;
use sandbox_gateway::notices::Notice;
use sandbox_gateway::payment::{Decision, Payment};

use orders::{Orders, Requests};
use products::Products;
use uploads::Uploads;

/// Ordered maps throughout: the same calls give the same answers in every run.
#[derive(Debug, Default)]
pub struct Tables {
    /// Orders, and the stream of their changes.
    pub orders: Orders,
    /// Idempotency records.
    pub requests: Requests,
    /// The catalog and the units in stock.
    pub products: Products,
    /// The books of the payment provider, which decide.
    pub gateway: Gateway,
    /// Our own records of payments.
    pub payments: BTreeMap<OrderId, PaymentRecord>,
    /// The verdict on each payment that is answered later, and the tokens of the waits.
    pub payment_results: BTreeMap<OrderId, LaterResult>,
    /// What each token of a wait was completed with.
    pub resumed: BTreeMap<WaitToken, PaymentVerdict>,
    /// The state of each mail by its key in the send log.
    pub sends: BTreeMap<String, SendState>,
    /// Every mail that was handed over, oldest first.
    pub mails: Vec<Email>,
    /// Customers that the directory has no address of. Everybody else is `{customer}@example.test`.
    pub without_address: BTreeSet<CustomerId>,
    /// The executions of both sagas.
    pub sagas: Sagas,
    /// Uploads, with the progress of their imports.
    pub uploads: Uploads,
    /// Import executions that were started, each once, with the ranges that they were started with.
    pub imports_started: Vec<(ImportJob, Option<Vec<FileRange>>)>,
    /// The grants of the links of the uploads bucket.
    pub grants: Vec<UploadGrant>,
    /// Originals, catalogs and reports.
    pub uploads_bucket: Bucket,
    /// Rendered thumbnails.
    pub thumbnails_bucket: Bucket,
}

/// A result and the sagas that wait for it, whichever came first.
#[derive(Debug, Default)]
pub struct LaterResult {
    /// The first verdict.
    pub verdict: Option<PaymentVerdict>,
    /// The token of each attempt to wait.
    pub waiting: BTreeSet<WaitToken>,
}

/// The books of the payment provider, which the sandbox gateway keeps.
#[derive(Debug)]
pub struct Gateway {
    /// The provider's record of each payment.
    pub payments: BTreeMap<OrderId, Payment>,
    /// Every movement of money, oldest first.
    pub ledger: Vec<(OrderId, Movement)>,
    /// Everything that the provider reports to the shop, in the order of its decisions.
    pub notices: Vec<(OrderId, Notice)>,
    /// A test can put a decision here that breaks the contract.
    pub capture: fn(&mut Payment) -> Decision<Capture>,
    /// The same.
    pub void: fn(&mut Payment) -> Decision<Void>,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            payments: BTreeMap::new(),
            ledger: Vec::new(),
            notices: Vec::new(),
            capture: Payment::capture,
            void: Payment::void,
        }
    }
}

impl Gateway {
    /// Lets the provider decide on one payment, and records the movement.
    pub fn decide<T>(&mut self, id: &OrderId, decide: impl FnOnce(&mut Payment) -> Decision<T>) -> T {
        let decision = decide(self.payments.entry(id.clone()).or_default());
        if let Some(movement) = decision.movement {
            self.ledger.push((id.clone(), movement));
        }
        let notices = decision.notices.iter().map(|notice| (id.clone(), *notice));
        self.notices.extend(notices);
        decision.answer
    }
}

/// Nothing runs here: a test sets how an execution ended.
#[derive(Debug, Default)]
pub struct Sagas {
    /// By the name of the execution.
    pub standings: BTreeMap<String, SagaStanding>,
    /// Executions that were started, each once.
    pub starts: Vec<SagaStart>,
    /// Why no execution can be redriven, where that is so: an engine forgets an execution after some days.
    pub redrive_refused: Option<String>,
}

impl Sagas {
    /// Lets the execution of this order and kind have this status.
    pub fn set(&mut self, kind: SagaKind, order: &OrderId, standing: SagaStanding) {
        self.standings.insert(kind.execution_name(order), standing);
    }

    /// `NotStarted`, unless a test or a start set another status.
    pub fn standing(&self, kind: SagaKind, order: &OrderId) -> SagaStanding {
        let standing = self.standings.get(&kind.execution_name(order));
        standing.cloned().unwrap_or(SagaStanding::NotStarted)
    }
}

/// Every version of every object.
#[derive(Debug, Default)]
pub struct Bucket {
    objects: BTreeMap<String, Vec<Object>>,
    versions: u64,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Unique in its bucket.
    pub version_id: String,
    /// The media type that the writer gave.
    pub content_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Bucket {
    /// Returns the id of the new version.
    pub fn put(&mut self, key: &str, content_type: &str, bytes: &[u8]) -> String {
        self.versions += 1;
        let version_id = format!("version-{}", self.versions);
        self.put_version(key, &version_id, content_type, bytes);
        version_id
    }

    /// Puts an object whose version was named before.
    pub fn put_version(&mut self, key: &str, version_id: &str, content_type: &str, bytes: &[u8]) {
        self.objects.entry(key.to_owned()).or_default().push(Object {
            version_id: version_id.to_owned(),
            content_type: content_type.to_owned(),
            bytes: bytes.to_vec(),
        });
    }

    /// The named version, or the latest.
    pub fn find(&self, key: &str, version_id: Option<&str>) -> Option<&Object> {
        let versions = self.objects.get(key)?;
        match version_id {
            Some(id) => versions.iter().find(|object| object.version_id == id),
            None => versions.last(),
        }
    }

    /// Removes every version.
    pub fn delete(&mut self, key: &str) {
        self.objects.remove(key);
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }
}
