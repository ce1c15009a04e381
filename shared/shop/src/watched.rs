//! Puts a watcher behind every port that leads to a service: it learns of each call, its duration and its failure.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{
    Advance, ApplyOutcome, Begin, ByteStream, CatalogFiles, CatalogImportEnd, CatalogVersion, CatalogWriter, FileSink,
    Finish, ImportLedger, ImportRunner, ProductCatalog, ProductPage, RejectedRowsFiles,
};
use domain::catalog::product::{CatalogRow, Product};
use domain::fulfilment::payment_results::{PaymentResult, PaymentResults, PaymentVerdict, SagaCallbacks, WaitToken};
use domain::fulfilment::ports::{
    Authorization, Capture, FulfilmentOrder, OrderBook, OverduePage, OverdueQuery, Parking, PaymentGateway,
    PaymentRecord, PaymentRecords, Refund, Reservation, SagaKind, SagaRunner, SagaStanding, SagaStart, StockLedger,
    StockLine, Transition, Void,
};
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope,
    IdempotencyStore, OrderPage, OrderQuery, OrderRepository, PlaceOutcome, PriceList,
};
use domain::ports::{CustomerDirectory, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};
use domain::thumbnails::ports::{
    FetchedPhoto, PhotoRefused, PhotoShown, PhotoStore, PhotoUpload, PhotoUploads, ProductPhotos, Rendering,
    ShowOutcome, Thumbnail, ThumbnailRenderer, ThumbnailStore,
};
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::Upload;
use domain::values::{
    CorrelationId, CustomerId, EmailAddress, Money, ObjectSequencer, ObjectVersion, OrderId, OrderLines, PaymentToken,
    PhotoKey, RejectionReason, Sku, Timestamp, UploadId,
};

use crate::ports::Ports;

/// Learns of calls that have ended, and may let them fail.
pub trait PortWatcher: Send + Sync {
    /// A failure that the caller gets without a call of the port.
    fn refuse(&self, _port: &'static str, _action: &'static str) -> Option<PortFailure> {
        None
    }

    /// A failure that the caller gets although the call took effect: the answer is lost.
    fn lose(&self, _port: &'static str, _action: &'static str) -> Option<PortFailure> {
        None
    }

    /// Called in the task of the caller, after each call.
    fn called(&self, call: &EndedCall<'_>);
}

/// A call of a port that has ended.
pub struct EndedCall<'a> {
    /// The port's name in [`Ports`], like `orders`.
    pub port: &'static str,
    /// The method, like `place`.
    pub action: &'static str,
    /// `None` if the call succeeded.
    pub failure: Option<&'a (dyn Error + 'static)>,
    /// From the call to its answer.
    pub duration: Duration,
}

impl Ports {
    /// The same ports, with a watcher. Clock, ids and pauses are not watched, and links are not: they call no service.
    #[must_use]
    pub fn watched_by(self, watcher: &Arc<dyn PortWatcher>) -> Self {
        let Self {
            book,
            catalog,
            catalog_files,
            catalog_writer,
            clock,
            directory,
            gateway,
            idempotency,
            ids,
            import_runner,
            imports,
            mailer,
            orders,
            pause,
            payment_results,
            payments,
            photo_uploads,
            photos,
            prices,
            product_photos,
            rejected_rows,
            renderer,
            saga_callbacks,
            saga_runner,
            sends,
            stock,
            thumbnail_links,
            thumbnails,
            upload_links,
            uploads,
        } = self;
        Self {
            book: watched(book, watcher),
            catalog: watched(catalog, watcher),
            catalog_files: watched(catalog_files, watcher),
            catalog_writer: watched(catalog_writer, watcher),
            clock,
            directory: watched(directory, watcher),
            gateway: watched(gateway, watcher),
            idempotency: watched(idempotency, watcher),
            ids,
            import_runner: watched(import_runner, watcher),
            imports: watched(imports, watcher),
            mailer: watched(mailer, watcher),
            orders: watched(orders, watcher),
            pause,
            payment_results: watched(payment_results, watcher),
            payments: watched(payments, watcher),
            photo_uploads: watched(photo_uploads, watcher),
            photos: watched(photos, watcher),
            prices: watched(prices, watcher),
            product_photos: watched(product_photos, watcher),
            rejected_rows: watched(rejected_rows, watcher),
            renderer: watched(renderer, watcher),
            saga_callbacks: watched(saga_callbacks, watcher),
            saga_runner: watched(saga_runner, watcher),
            sends: watched(sends, watcher),
            stock: watched(stock, watcher),
            thumbnail_links,
            thumbnails: watched(thumbnails, watcher),
            upload_links,
            uploads: watched(uploads, watcher),
        }
    }
}

/// The failure of a port that a watcher can cause.
trait CallFailure: Error + 'static {
    /// Of a call that certainly had no effect.
    fn refused(failure: PortFailure) -> Self;
    /// Of a call that had its effect.
    fn lost(failure: PortFailure) -> Self;
}

impl CallFailure for PortFailure {
    fn refused(failure: PortFailure) -> Self {
        failure
    }

    fn lost(failure: PortFailure) -> Self {
        failure
    }
}

impl CallFailure for SendFailure {
    fn refused(failure: PortFailure) -> Self {
        Self::NotSent(failure)
    }

    fn lost(failure: PortFailure) -> Self {
        Self::Ambiguous(failure)
    }
}

/// A port with its watcher.
struct Watched<P: ?Sized> {
    port: Arc<P>,
    watcher: Arc<dyn PortWatcher>,
}

fn watched<P: ?Sized>(port: Arc<P>, watcher: &Arc<dyn PortWatcher>) -> Arc<Watched<P>> {
    Arc::new(Watched {
        port,
        watcher: Arc::clone(watcher),
    })
}

impl<P: ?Sized> Watched<P> {
    async fn call<T, E: CallFailure>(
        &self,
        (port, action): (&'static str, &'static str),
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let mut answer = match self.watcher.refuse(port, action) {
            Some(failure) => Err(E::refused(failure)),
            None => call.await,
        };
        if answer.is_ok()
            && let Some(failure) = self.watcher.lose(port, action)
        {
            answer = Err(E::lost(failure));
        }
        self.ended((port, action), started, &answer);
        answer
    }

    fn ended<T, E: Error + 'static>(
        &self,
        (port, action): (&'static str, &'static str),
        started: Instant,
        answer: &Result<T, E>,
    ) {
        self.watcher.called(&EndedCall {
            port,
            action,
            failure: answer.as_ref().err().map(|failure| failure as &(dyn Error + 'static)),
            duration: started.elapsed(),
        });
    }
}

/// Passes every method of a port on. By hand it would be the same five lines for each of sixty methods.
macro_rules! watch {
    ($name:literal, $port:ident { $($action:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for Watched<dyn $port> {
            $(
                async fn $action(&self, $($argument: $type),*) -> $answer {
                    self.call(($name, stringify!($action)), self.port.$action($($argument),*)).await
                }
            )*
        }
    };
}

type Answer<T> = Result<T, PortFailure>;

watch!("book", OrderBook {
    find(id: &OrderId) -> Answer<Option<FulfilmentOrder>>;
    confirm(id: &OrderId, at: Timestamp) -> Answer<Transition>;
    reject(id: &OrderId, reason: RejectionReason, at: Timestamp) -> Answer<Transition>;
    complete_cancel(id: &OrderId, at: Timestamp) -> Answer<Transition>;
    park(id: &OrderId, saga: SagaKind, parking: &Parking, at: Timestamp) -> Answer<Transition>;
    overdue(query: &OverdueQuery) -> Answer<OverduePage>;
});
watch!("catalog", ProductCatalog {
    find(sku: &Sku) -> Answer<Option<Product>>;
    list(after: Option<&Sku>, limit: usize) -> Answer<ProductPage>;
});
watch!("catalog_files", CatalogFiles {
    open(object: &ObjectVersion, bytes: Range<u64>) -> Answer<Option<Box<dyn ByteStream>>>;
});
watch!("catalog_writer", CatalogWriter {
    apply(row: &CatalogRow, version: CatalogVersion, at: Timestamp) -> Answer<ApplyOutcome>;
});
watch!("directory", CustomerDirectory {
    email_of(customer: &CustomerId) -> Answer<Option<EmailAddress>>;
});
watch!("gateway", PaymentGateway {
    authorize(payment: &OrderId, amount: Money, token: &PaymentToken) -> Answer<Authorization>;
    capture(payment: &OrderId) -> Answer<Capture>;
    void(payment: &OrderId) -> Answer<Void>;
    refund(payment: &OrderId) -> Answer<Refund>;
});
watch!("idempotency", IdempotencyStore {
    claim(claim: &IdempotencyClaim) -> Answer<IdempotencyClaimed>;
    abandon(scope: &IdempotencyScope, fence: Fence) -> Answer<()>;
});
watch!("import_runner", ImportRunner {
    start(job: &ImportJob, ranges: Option<&[FileRange]>) -> Answer<()>;
});
watch!("imports", ImportLedger {
    begin(id: &UploadId, object: &ObjectVersion, sequencer: Option<&ObjectSequencer>, at: Timestamp) -> Answer<Begin>;
    progress(import: &ImportId, range: u32) -> Answer<Option<RangeProgress>>;
    advance(
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp
    ) -> Answer<Advance>;
    finish(import: &ImportId, end: &CatalogImportEnd, at: Timestamp) -> Answer<Finish>;
});
watch!("mailer", Mailer {
    send(email: &Email) -> Result<(), SendFailure>;
});
watch!("orders", OrderRepository {
    place(order: &Order, completion: &IdempotencyCompletion) -> Answer<PlaceOutcome>;
    find(id: &OrderId) -> Answer<Option<Order>>;
    history(id: &OrderId) -> Answer<Option<RecordedHistory>>;
    list(query: &OrderQuery) -> Answer<OrderPage>;
    begin_cancelling(
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp
    ) -> Answer<CancelOutcome>;
});
watch!("payment_results", PaymentResults {
    wait(order: &OrderId, token: &WaitToken, at: Timestamp) -> Answer<Option<PaymentVerdict>>;
    record(order: &OrderId, verdict: PaymentVerdict, at: Timestamp) -> Answer<PaymentResult>;
});
watch!("payments", PaymentRecords {
    record(order: &OrderId, record: PaymentRecord) -> Answer<()>;
    find(order: &OrderId) -> Answer<Option<PaymentRecord>>;
});
watch!("photo_uploads", PhotoUploads {
    begin(key: &PhotoKey, size_bytes: u64, at: Timestamp) -> Answer<PhotoUpload>;
    done(upload_id: &UploadId, at: Timestamp) -> Answer<()>;
    reject(upload_id: &UploadId, reason: &str, at: Timestamp) -> Answer<()>;
});
watch!("photos", PhotoStore {
    fetch(key: &PhotoKey, version_id: Option<&str>, limit_bytes: u64) -> Answer<FetchedPhoto>;
});
watch!("prices", PriceList {
    prices(skus: &[Sku]) -> Answer<BTreeMap<Sku, Money>>;
});
watch!("product_photos", ProductPhotos {
    show(photo: &PhotoShown, at: Timestamp) -> Answer<ShowOutcome>;
});
watch!("rejected_rows", RejectedRowsFiles {
    create(upload_id: &UploadId) -> Answer<Box<dyn FileSink>>;
    create_part(import: &ImportId, part: &str) -> Answer<Box<dyn FileSink>>;
    open_part(import: &ImportId, part: &str) -> Answer<Option<Box<dyn ByteStream>>>;
});
watch!("saga_callbacks", SagaCallbacks {
    resume(token: &WaitToken, verdict: PaymentVerdict) -> Answer<()>;
});
watch!("saga_runner", SagaRunner {
    start(start: &SagaStart) -> Answer<()>;
    standing(kind: SagaKind, order: &OrderId) -> Answer<SagaStanding>;
});
watch!("sends", SendLog {
    claim(key: &str, at: Timestamp) -> Answer<SendClaim>;
    settle(key: &str, state: SendState, at: Timestamp) -> Answer<()>;
    release(key: &str) -> Answer<()>;
});
watch!("stock", StockLedger {
    reserve(order: &OrderId, lines: &OrderLines<StockLine>, at: Timestamp) -> Answer<Reservation>;
    commit(order: &OrderId, at: Timestamp) -> Answer<()>;
    give_back(order: &OrderId, at: Timestamp) -> Answer<()>;
});
watch!("thumbnails", ThumbnailStore {
    put(key: &str, thumbnail: &Thumbnail) -> Answer<()>;
});
watch!("uploads", UploadRepository {
    announce(upload: &AnnouncedUpload) -> Answer<Upload>;
    find(id: &UploadId) -> Answer<Option<Upload>>;
});

impl ThumbnailRenderer for Watched<dyn ThumbnailRenderer> {
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        let started = Instant::now();
        let answer = self.port.render(photo, sizes_px);
        self.ended(("renderer", "render"), started, &answer);
        answer
    }
}
