//! Which code is behind which function of the template? All of it, wired to the embedded adapters, on one page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::catalog::{SqliteCatalogWriter, SqlitePriceList, SqliteProductCatalog};
use adapter_embedded::directory::ExampleDirectory;
use adapter_embedded::files::{FolderCatalogFiles, FolderRejectedRowsFiles};
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::ids::UuidV7Ids;
use adapter_embedded::imports::SqliteImportLedger;
use adapter_embedded::links::{LocalThumbnailLinks, LocalUploadLinks};
use adapter_embedded::order_book::SqliteOrderBook;
use adapter_embedded::orders::SqliteOrderRepository;
use adapter_embedded::payments::SqlitePaymentRecords;
use adapter_embedded::sagas::SqliteSagaRunner;
use adapter_embedded::sends::SqliteSendLog;
use adapter_embedded::stock::SqliteStockLedger;
use adapter_embedded::thumbnails::{FolderPhotoStore, FolderThumbnailStore, SqlitePhotoUploads, SqliteProductPhotos};
use adapter_embedded::uploads::SqliteUploadRepository;
use domain::catalog::get_product::GetProduct;
use domain::catalog::import::ImportCatalog;
use domain::catalog::list_products::ListProducts;
use domain::catalog::ports::ThumbnailLinks;
use domain::fulfilment::authorize_payment::AuthorizePayment;
use domain::fulfilment::capture_payment::CapturePayment;
use domain::fulfilment::complete_cancel::CompleteCancel;
use domain::fulfilment::confirm_order::ConfirmOrder;
use domain::fulfilment::notify_customer::NotifyCustomer;
use domain::fulfilment::ports::{OrderBook, PaymentGateway, PaymentRecords, SagaRunner, StockLedger};
use domain::fulfilment::reconcile::ReconcileOrders;
use domain::fulfilment::refund_payment::RefundPayment;
use domain::fulfilment::reject_order::RejectOrder;
use domain::fulfilment::release_stock::ReleaseStock;
use domain::fulfilment::reserve_stock::ReserveStock;
use domain::fulfilment::start::StartFulfilment;
use domain::fulfilment::void_payment::VoidPayment;
use domain::orders::cancel::CancelOrder;
use domain::orders::get::GetOrder;
use domain::orders::list::ListOrders;
use domain::orders::place::PlaceOrder;
use domain::orders::ports::OrderRepository;
use domain::ports::{Clock, CustomerDirectory, IdGenerator, Mailer, SendLog};
use domain::thumbnails::render::RenderThumbnails;
use domain::uploads::create::CreateUpload;
use domain::uploads::get::GetUpload;
use domain::uploads::ports::{UploadLinks, UploadRepository};
use edge::invocation::{Invocation, Reply};
use imaging::Renderer;
use saga_reconcile::SagaArns;

use crate::invoker::{Function, Handler};
use crate::shop::Shop;
use crate::template::Deployment;

/// The template and the linked code do not name the same functions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("functions without code: {without_code:?}; code without a function: {without_function:?}")]
pub struct RegistryMismatch {
    pub without_code: Vec<String>,
    pub without_function: Vec<String>,
}

/// Every function of the template with its code, by logical id.
pub(crate) fn functions(
    shop: &Shop,
    deployment: &Deployment,
    sagas: SagaArns,
) -> Result<BTreeMap<String, Function>, RegistryMismatch> {
    let ports = Ports::of(shop);
    let mut registry = Registry::default();
    registry.http(shop, &ports);
    registry.pipelines(shop, &ports);
    registry.saga_control(&ports, sagas);
    registry.saga_steps(&ports);
    registry.payment_steps(&ports);
    registry.matched_with(deployment)
}

/// The ports that more than one function needs.
struct Ports {
    orders: Arc<dyn OrderRepository>,
    book: Arc<dyn OrderBook>,
    stock: Arc<dyn StockLedger>,
    gateway: Arc<dyn PaymentGateway>,
    payments: Arc<dyn PaymentRecords>,
    runner: Arc<dyn SagaRunner>,
    uploads: Arc<dyn UploadRepository>,
    upload_links: Arc<dyn UploadLinks>,
    thumbnail_links: Arc<dyn ThumbnailLinks>,
    mailer: Arc<dyn Mailer>,
    sends: Arc<dyn SendLog>,
    directory: Arc<dyn CustomerDirectory>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Ports {
    fn of(shop: &Shop) -> Self {
        let database = || shop.database.clone();
        let clock = || Arc::clone(&shop.clock);
        let signer = || Arc::clone(&shop.links);
        Self {
            orders: Arc::new(SqliteOrderRepository { database: database() }),
            book: Arc::new(SqliteOrderBook { database: database() }),
            stock: Arc::new(SqliteStockLedger { database: database() }),
            gateway: Arc::new(shop.gateway.clone()),
            payments: Arc::new(SqlitePaymentRecords { database: database() }),
            runner: Arc::new(SqliteSagaRunner {
                database: database(),
                clock: clock(),
            }),
            uploads: Arc::new(SqliteUploadRepository { database: database() }),
            upload_links: Arc::new(LocalUploadLinks {
                signer: signer(),
                bucket: shop.uploads.name.clone(),
            }),
            thumbnail_links: Arc::new(LocalThumbnailLinks {
                signer: signer(),
                bucket: shop.thumbnails.name.clone(),
            }),
            mailer: Arc::new(shop.mailer.clone()),
            sends: Arc::new(SqliteSendLog { database: database() }),
            directory: Arc::new(ExampleDirectory),
            clock: clock(),
            ids: Arc::new(UuidV7Ids),
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    fn orders(&self) -> Arc<dyn OrderRepository> {
        Arc::clone(&self.orders)
    }

    fn book(&self) -> Arc<dyn OrderBook> {
        Arc::clone(&self.book)
    }

    fn stock(&self) -> Arc<dyn StockLedger> {
        Arc::clone(&self.stock)
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        Arc::clone(&self.gateway)
    }

    fn payments(&self) -> Arc<dyn PaymentRecords> {
        Arc::clone(&self.payments)
    }
}

#[derive(Default)]
struct Registry {
    handlers: BTreeMap<String, Handler>,
}

impl Registry {
    fn add<U, F, Fut>(&mut self, logical_id: &str, use_case: U, handle: F)
    where
        U: Send + Sync + 'static,
        F: Fn(Invocation, Arc<U>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        let use_case = Arc::new(use_case);
        let handler: Handler = Box::new(move |invocation| Box::pin(handle(invocation, Arc::clone(&use_case))));
        self.handlers.insert(logical_id.to_owned(), handler);
    }

    fn http(&mut self, shop: &Shop, ports: &Ports) {
        let place = PlaceOrder {
            orders: ports.orders(),
            idempotency: Arc::new(SqliteIdempotencyStore {
                database: shop.database.clone(),
            }),
            prices: Arc::new(SqlitePriceList {
                database: shop.database.clone(),
            }),
            clock: ports.clock(),
            ids: Arc::clone(&ports.ids),
        };
        self.add("OrdersPlace", place, |event, place| async move {
            orders_place::handle(event, &place).await
        });
        let get = GetOrder { orders: ports.orders() };
        self.add("OrdersGet", get, |event, get| async move {
            orders_get::handle(event, &get).await
        });
        let list = (ListOrders { orders: ports.orders() }, shop.cursors.clone());
        self.add("OrdersList", list, |event, list| async move {
            orders_list::handle(event, &list.0, &list.1).await
        });
        let cancel = CancelOrder {
            orders: ports.orders(),
            clock: ports.clock(),
        };
        self.add("OrdersCancel", cancel, |event, cancel| async move {
            orders_cancel::handle(event, &cancel).await
        });

        let catalog = Arc::new(SqliteProductCatalog {
            database: shop.database.clone(),
        });
        let list = ListProducts {
            catalog: catalog.clone(),
            links: Arc::clone(&ports.thumbnail_links),
            clock: ports.clock(),
        };
        let list = (list, shop.cursors.clone());
        self.add("ProductsList", list, |event, list| async move {
            products_list::handle(event, &list.0, &list.1).await
        });
        let get = GetProduct {
            catalog,
            links: Arc::clone(&ports.thumbnail_links),
            clock: ports.clock(),
        };
        self.add("ProductsGet", get, |event, get| async move {
            products_get::handle(event, &get).await
        });

        let create = CreateUpload {
            uploads: Arc::clone(&ports.uploads),
            links: Arc::clone(&ports.upload_links),
            clock: ports.clock(),
            ids: Arc::clone(&ports.ids),
        };
        self.add("UploadsCreate", create, |event, create| async move {
            uploads_create::handle(event, &create).await
        });
        let get = GetUpload {
            uploads: Arc::clone(&ports.uploads),
            links: Arc::clone(&ports.upload_links),
            clock: ports.clock(),
        };
        self.add("UploadsGet", get, |event, get| async move {
            uploads_get::handle(event, &get).await
        });
    }

    fn pipelines(&mut self, shop: &Shop, ports: &Ports) {
        let render = RenderThumbnails {
            photos: Arc::new(FolderPhotoStore {
                bucket: shop.uploads.bucket.clone(),
            }),
            renderer: Arc::new(Renderer::default()),
            thumbnails: Arc::new(FolderThumbnailStore {
                bucket: shop.thumbnails.bucket.clone(),
            }),
            products: Arc::new(SqliteProductPhotos {
                database: shop.database.clone(),
            }),
            uploads: Arc::new(SqlitePhotoUploads {
                database: shop.database.clone(),
            }),
            clock: ports.clock(),
        };
        let render = (render, shop.uploads.name.clone());
        self.add("Thumbnailer", render, |event, render| async move {
            thumbnailer::handle(event, &render.0, &render.1).await
        });
        let import = ImportCatalog {
            files: Arc::new(FolderCatalogFiles {
                bucket: shop.uploads.bucket.clone(),
            }),
            writer: Arc::new(SqliteCatalogWriter {
                database: shop.database.clone(),
            }),
            ledger: Arc::new(SqliteImportLedger {
                database: shop.database.clone(),
            }),
            rejected_rows: Arc::new(FolderRejectedRowsFiles {
                bucket: shop.uploads.bucket.clone(),
            }),
            directory: Arc::clone(&ports.directory),
            mailer: Arc::clone(&ports.mailer),
            sends: Arc::clone(&ports.sends),
            clock: ports.clock(),
        };
        let import = (import, shop.uploads.name.clone());
        self.add("CsvIngester", import, |event, import| async move {
            csv_ingester::handle(event, &import.0, &import.1).await
        });
    }

    fn saga_control(&mut self, ports: &Ports, sagas: SagaArns) {
        let start = StartFulfilment {
            runner: Arc::clone(&ports.runner),
        };
        self.add("SagaStart", start, |event, start| async move {
            saga_start::handle(event, &start).await
        });
        let reconcile = ReconcileOrders {
            book: ports.book(),
            runner: Arc::clone(&ports.runner),
            clock: ports.clock(),
        };
        let reconcile = (reconcile, sagas);
        self.add("SagaReconcile", reconcile, |event, reconcile| async move {
            saga_reconcile::handle(event, &reconcile.0, &reconcile.1).await
        });
    }

    fn saga_steps(&mut self, ports: &Ports) {
        let reserve = ReserveStock {
            book: ports.book(),
            stock: ports.stock(),
            clock: ports.clock(),
        };
        self.add("SagaReserveStock", reserve, |event, reserve| async move {
            saga_reserve_stock::handle(event, &reserve).await
        });
        let release = ReleaseStock {
            stock: ports.stock(),
            clock: ports.clock(),
        };
        self.add("SagaReleaseStock", release, |event, release| async move {
            saga_release_stock::handle(event, &release).await
        });
        let confirm = ConfirmOrder {
            book: ports.book(),
            stock: ports.stock(),
            clock: ports.clock(),
        };
        self.add("SagaConfirmOrder", confirm, |event, confirm| async move {
            saga_confirm_order::handle(event, &confirm).await
        });
        let reject = RejectOrder {
            book: ports.book(),
            clock: ports.clock(),
        };
        self.add("SagaRejectOrder", reject, |event, reject| async move {
            saga_reject_order::handle(event, &reject).await
        });
        let complete = CompleteCancel {
            book: ports.book(),
            clock: ports.clock(),
        };
        self.add("SagaCancelOrder", complete, |event, complete| async move {
            saga_cancel_order::handle(event, &complete).await
        });
        let notify = NotifyCustomer {
            book: ports.book(),
            directory: Arc::clone(&ports.directory),
            mailer: Arc::clone(&ports.mailer),
            sends: Arc::clone(&ports.sends),
            clock: ports.clock(),
        };
        self.add("SagaNotifyCustomer", notify, |event, notify| async move {
            saga_notify_customer::handle(event, &notify).await
        });
    }

    fn payment_steps(&mut self, ports: &Ports) {
        let authorize = AuthorizePayment {
            book: ports.book(),
            gateway: ports.gateway(),
            records: ports.payments(),
            clock: ports.clock(),
        };
        self.add("SagaAuthorizePayment", authorize, |event, authorize| async move {
            saga_authorize_payment::handle(event, &authorize).await
        });
        let capture = CapturePayment {
            book: ports.book(),
            gateway: ports.gateway(),
            records: ports.payments(),
            clock: ports.clock(),
        };
        self.add("SagaCapturePayment", capture, |event, capture| async move {
            saga_capture_payment::handle(event, &capture).await
        });
        let void = VoidPayment {
            book: ports.book(),
            gateway: ports.gateway(),
            records: ports.payments(),
            clock: ports.clock(),
        };
        self.add("SagaVoidPayment", void, |event, void| async move {
            saga_void_payment::handle(event, &void).await
        });
        let refund = RefundPayment {
            book: ports.book(),
            gateway: ports.gateway(),
            records: ports.payments(),
            clock: ports.clock(),
        };
        self.add("SagaRefundPayment", refund, |event, refund| async move {
            saga_refund_payment::handle(event, &refund).await
        });
    }

    fn matched_with(mut self, deployment: &Deployment) -> Result<BTreeMap<String, Function>, RegistryMismatch> {
        let named: BTreeSet<&String> = deployment.functions.keys().collect();
        let linked: BTreeSet<&String> = self.handlers.keys().collect();
        let mismatch = RegistryMismatch {
            without_code: named.difference(&linked).map(|name| (*name).clone()).collect(),
            without_function: linked.difference(&named).map(|name| (*name).clone()).collect(),
        };
        let mut functions = BTreeMap::new();
        for (logical_id, spec) in &deployment.functions {
            let Some(handler) = self.handlers.remove(logical_id) else {
                continue;
            };
            let function = Function {
                name: spec.crate_name.clone(),
                timeout: Duration::from_secs(spec.timeout_seconds),
                handler,
            };
            functions.insert(logical_id.clone(), function);
        }
        if mismatch.without_code.is_empty() && mismatch.without_function.is_empty() {
            Ok(functions)
        } else {
            Err(mismatch)
        }
    }
}
