//! How are the functions wired in a test? As the local host does it, over the embedded adapters.

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
use domain::ports::Clock;
use events::invocation::{Invocation, InvocationContext, Reply};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

use crate::shop::{Shop, THUMBNAILS_BUCKET, UPLOADS_BUCKET};

/// As in the template, but for files that fit into a test.
const DIVIDED_ABOVE_BYTES: u64 = 10_000;
const RANGE_BYTES: u64 = 1_000;
const STATE_MACHINES: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine";

impl Shop {
    pub(crate) async fn invoke(&self, function: &str, event: Value) -> Reply {
        let deadline = self.clock.now().plus(Duration::from_mins(1)).unix_ms();
        let context = InvocationContext {
            function_name: function.to_owned(),
            request_id: "0f5e6d7c-8b9a-4c1d-a2e3-f40516273849".to_owned(),
            deadline_ms: u64::try_from(deadline).unwrap(),
            trace_id: None,
            cold_start: false,
        };
        let event = event.into();
        let invocation = Invocation { event, context };
        match function.split('-').next() {
            Some("orders") => self.orders_function(function, invocation).await,
            Some("saga") => self.saga_function(function, invocation).await,
            _ => self.catalog_function(function, invocation).await,
        }
    }

    async fn orders_function(&self, function: &str, invocation: Invocation) -> Reply {
        let database = self.database.clone();
        let orders = Arc::new(SqliteOrderRepository {
            database: database.clone(),
        });
        let clock = self.clock.clone();
        match function {
            "orders-place" => {
                let idempotency = Arc::new(SqliteIdempotencyStore {
                    database: database.clone(),
                });
                let prices = Arc::new(SqlitePriceList { database });
                let ids = self.ids.clone();
                let place = domain::orders::place::PlaceOrder {
                    orders,
                    idempotency,
                    prices,
                    clock,
                    ids,
                };
                orders_place::handle(invocation, &place).await
            }
            "orders-get" => orders_get::handle(invocation, &domain::orders::get::GetOrder { orders }).await,
            "orders-list" => {
                let list = domain::orders::list::ListOrders { orders };
                orders_list::handle(invocation, &list, &self.cursors).await
            }
            "orders-cancel" => {
                let cancel = domain::orders::cancel::CancelOrder { orders, clock };
                orders_cancel::handle(invocation, &cancel).await
            }
            _ => panic!("no such function: {function}"),
        }
    }

    async fn saga_function(&self, function: &str, invocation: Invocation) -> Reply {
        use domain::fulfilment as f;
        let database = self.database.clone();
        let clock = self.clock.clone();
        let book = Arc::new(SqliteOrderBook {
            database: database.clone(),
        });
        let stock = Arc::new(SqliteStockLedger {
            database: database.clone(),
        });
        let records = Arc::new(SqlitePaymentRecords {
            database: database.clone(),
        });
        let runner = Arc::new(SqliteSagaRunner {
            database: database.clone(),
            clock: clock.clone(),
        });
        let gateway = self.gateway.clone();
        match function {
            "saga-start" => saga_start::handle(invocation, &f::start::StartFulfilment { runner }).await,
            "saga-reconcile" => {
                let reconcile = f::reconcile::ReconcileOrders { book, runner, clock };
                saga_reconcile::handle(invocation, &reconcile, &saga_arns()).await
            }
            "saga-reserve-stock" => {
                let reserve = f::reserve_stock::ReserveStock { book, stock, clock };
                saga_reserve_stock::handle(invocation, &reserve).await
            }
            "saga-release-stock" => {
                saga_release_stock::handle(invocation, &f::release_stock::ReleaseStock { stock, clock }).await
            }
            "saga-authorize-payment" => {
                let authorize = f::authorize_payment::AuthorizePayment {
                    book,
                    gateway,
                    records,
                    clock,
                };
                saga_authorize_payment::handle(invocation, &authorize).await
            }
            "saga-capture-payment" => {
                let capture = f::capture_payment::CapturePayment {
                    book,
                    gateway,
                    records,
                    clock,
                };
                saga_capture_payment::handle(invocation, &capture).await
            }
            "saga-void-payment" => {
                let void = f::void_payment::VoidPayment {
                    book,
                    gateway,
                    records,
                    clock,
                };
                saga_void_payment::handle(invocation, &void).await
            }
            "saga-refund-payment" => {
                let refund = f::refund_payment::RefundPayment {
                    book,
                    gateway,
                    records,
                    clock,
                };
                saga_refund_payment::handle(invocation, &refund).await
            }
            "saga-confirm-order" => {
                saga_confirm_order::handle(invocation, &f::confirm_order::ConfirmOrder { book, stock, clock }).await
            }
            "saga-reject-order" => {
                saga_reject_order::handle(invocation, &f::reject_order::RejectOrder { book, clock }).await
            }
            "saga-cancel-order" => {
                saga_cancel_order::handle(invocation, &f::complete_cancel::CompleteCancel { book, clock }).await
            }
            "saga-notify-customer" => {
                let directory = Arc::new(ExampleDirectory);
                let sends = Arc::new(SqliteSendLog { database });
                let mailer = self.mailer.clone();
                let notify = f::notify_customer::NotifyCustomer {
                    book,
                    directory,
                    mailer,
                    sends,
                    clock,
                };
                saga_notify_customer::handle(invocation, &notify).await
            }
            _ => panic!("no such function: {function}"),
        }
    }

    async fn catalog_function(&self, function: &str, invocation: Invocation) -> Reply {
        let database = self.database.clone();
        let clock = self.clock.clone();
        let catalog = Arc::new(SqliteProductCatalog {
            database: database.clone(),
        });
        let thumbnail_links = LocalThumbnailLinks {
            signer: self.signer.clone(),
            bucket: THUMBNAILS_BUCKET.to_owned(),
        };
        let upload_links = LocalUploadLinks {
            signer: self.signer.clone(),
            bucket: UPLOADS_BUCKET.to_owned(),
        };
        let uploads = Arc::new(SqliteUploadRepository { database });
        match function {
            "products-get" => {
                let links = Arc::new(thumbnail_links);
                let get = domain::catalog::get_product::GetProduct { catalog, links, clock };
                products_get::handle(invocation, &get).await
            }
            "products-list" => {
                let links = Arc::new(thumbnail_links);
                let list = domain::catalog::list_products::ListProducts { catalog, links, clock };
                products_list::handle(invocation, &list, &self.cursors).await
            }
            "uploads-create" => {
                let (links, ids) = (Arc::new(upload_links), self.ids.clone());
                let create = domain::uploads::create::CreateUpload {
                    uploads,
                    links,
                    clock,
                    ids,
                };
                uploads_create::handle(invocation, &create).await
            }
            "uploads-get" => {
                let links = Arc::new(upload_links);
                uploads_get::handle(invocation, &domain::uploads::get::GetUpload { uploads, links, clock }).await
            }
            _ => self.pipeline_function(function, invocation).await,
        }
    }

    async fn pipeline_function(&self, function: &str, invocation: Invocation) -> Reply {
        let database = self.database.clone();
        let clock = self.clock.clone();
        match function {
            "thumbnailer" => {
                let render = domain::thumbnails::render::RenderThumbnails {
                    photos: Arc::new(FolderPhotoStore {
                        bucket: self.uploads.clone(),
                    }),
                    renderer: Arc::new(imaging::Renderer::default()),
                    thumbnails: Arc::new(FolderThumbnailStore {
                        bucket: self.thumbnails.clone(),
                    }),
                    products: Arc::new(SqliteProductPhotos {
                        database: database.clone(),
                    }),
                    uploads: Arc::new(SqlitePhotoUploads { database }),
                    clock,
                };
                thumbnailer::handle(invocation, &render, UPLOADS_BUCKET).await
            }
            "csv-ingester" => {
                let import = domain::catalog::import::ImportCatalog {
                    ledger: Arc::new(self.import_ledger()),
                    ingest: self.ingest_range(),
                    finish: self.finish_import(),
                    runner: Arc::new(SqliteImportRunner {
                        database,
                        clock: clock.clone(),
                    }),
                    clock,
                    divided_above_bytes: DIVIDED_ABOVE_BYTES,
                };
                csv_ingester::handle(invocation, &import, UPLOADS_BUCKET).await
            }
            "import-plan" => {
                let plan = domain::catalog::import::plan::PlanImport {
                    files: Arc::new(self.catalog_files()),
                    clock,
                    range_bytes: RANGE_BYTES,
                };
                import_plan::handle(invocation, &plan).await
            }
            "import-range" => import_range::handle(invocation, &self.ingest_range()).await,
            "import-finish" => import_finish::handle(invocation, &self.finish_import()).await,
            _ => panic!("no such function: {function}"),
        }
    }

    fn catalog_files(&self) -> FolderCatalogFiles {
        FolderCatalogFiles {
            bucket: self.uploads.clone(),
        }
    }

    fn rejected_rows_files(&self) -> FolderRejectedRowsFiles {
        FolderRejectedRowsFiles {
            bucket: self.uploads.clone(),
        }
    }

    fn import_ledger(&self) -> SqliteImportLedger {
        SqliteImportLedger {
            database: self.database.clone(),
        }
    }

    fn ingest_range(&self) -> domain::catalog::import::range::IngestRange {
        domain::catalog::import::range::IngestRange {
            files: Arc::new(self.catalog_files()),
            writer: Arc::new(SqliteCatalogWriter {
                database: self.database.clone(),
            }),
            ledger: Arc::new(self.import_ledger()),
            rejected_rows: Arc::new(self.rejected_rows_files()),
            clock: self.clock.clone(),
            pause: Arc::new(SystemPause),
            ids: Arc::new(UuidV7Ids),
        }
    }

    fn finish_import(&self) -> domain::catalog::import::finish::FinishImport {
        domain::catalog::import::finish::FinishImport {
            files: Arc::new(self.catalog_files()),
            ledger: Arc::new(self.import_ledger()),
            rejected_rows: Arc::new(self.rejected_rows_files()),
            directory: Arc::new(ExampleDirectory),
            mailer: self.mailer.clone(),
            sends: Arc::new(SqliteSendLog {
                database: self.database.clone(),
            }),
            clock: self.clock.clone(),
        }
    }
}

fn saga_arns() -> saga_reconcile::SagaArns {
    saga_reconcile::SagaArns {
        order: format!("{STATE_MACHINES}:popshop-dev-order-saga"),
        cancel: format!("{STATE_MACHINES}:popshop-dev-order-cancel"),
    }
}
