//! Tests that adapter-embedded keeps every port's contract, in a file and in memory.

use std::sync::Arc;

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
use adapter_system::clock::SystemClock;
use adapter_system::ids::UuidV7Ids;
use domain::values::{CustomerId, PaymentToken};
use port_contracts::catalog::ProductPorts;
use port_contracts::import_ports::ImportPorts;
use port_contracts::orders::OrderPorts;
use port_contracts::photos::PhotoUploadPorts;
use port_contracts::stock::StockPorts;
use port_contracts::{
    catalog, files, gateway, idempotency, import_runs, imports, links, mail, order_book, orders, parked_orders,
    payment_results, payments, photos, sagas, stock, uploads, world,
};

use crate::shop::{self, Shop};

fn order_ports(shop: &Shop) -> OrderPorts {
    OrderPorts {
        orders: Arc::new(SqliteOrderRepository {
            database: shop.database.clone(),
        }),
        keys: Arc::new(SqliteIdempotencyStore {
            database: shop.database.clone(),
        }),
        book: Arc::new(SqliteOrderBook {
            database: shop.database.clone(),
        }),
        parked: Arc::new(SqliteOrderBook {
            database: shop.database.clone(),
        }),
        changes: Arc::new(shop::Stream {
            database: shop.database.clone(),
        }),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn idempotency_keys() {
    for shop in Shop::both() {
        let ports = order_ports(&shop);
        idempotency::idempotency_store(Arc::clone(&ports.keys)).await;
        idempotency::completed_requests(ports.keys, ports.orders).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_and_their_stream() {
    for shop in Shop::both() {
        orders::order_repository(&order_ports(&shop)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_order_book() {
    for shop in Shop::both() {
        order_book::order_book(&order_ports(&shop)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parked_orders() {
    for shop in Shop::both() {
        parked_orders::parked_orders(&order_ports(&shop)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stock_of_products() {
    for shop in Shop::both() {
        let ports = StockPorts {
            stock: Arc::new(SqliteStockLedger {
                database: shop.database.clone(),
            }),
            writer: Arc::new(SqliteCatalogWriter {
                database: shop.database.clone(),
            }),
            catalog: Arc::new(SqliteProductCatalog {
                database: shop.database.clone(),
            }),
        };
        stock::stock_ledger(&ports).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_payment_gateway() {
    let token = |text| PaymentToken::parse(text).unwrap();
    for shop in Shop::both() {
        let gateway = Arc::new(shop.gateway.clone());
        gateway::payment_gateway(gateway, &token("tok_ok"), &token("tok_declined")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn payment_records() {
    for shop in Shop::both() {
        payments::payment_records(Arc::new(SqlitePaymentRecords {
            database: shop.database.clone(),
        }))
        .await;
        payment_results::payment_results(Arc::new(SqlitePaymentResults {
            database: shop.database.clone(),
            clock: Arc::new(SystemClock),
        }))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_saga_runner() {
    for shop in Shop::both() {
        let database = shop.database.clone();
        sagas::saga_runner(Arc::new(SqliteSagaRunner {
            database,
            clock: Arc::new(SystemClock),
        }))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn products_and_prices() {
    for shop in Shop::both() {
        let database = &shop.database;
        let ports = ProductPorts {
            writer: Arc::new(SqliteCatalogWriter {
                database: database.clone(),
            }),
            catalog: Arc::new(SqliteProductCatalog {
                database: database.clone(),
            }),
            photos: Arc::new(SqliteProductPhotos {
                database: database.clone(),
            }),
        };
        catalog::products(&ports).await;
        let prices = SqlitePriceList {
            database: database.clone(),
        };
        orders::price_list(&prices, ports.writer.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn announced_uploads() {
    for shop in Shop::both() {
        uploads::upload_repository(Arc::new(SqliteUploadRepository {
            database: shop.database.clone(),
        }))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn catalog_imports() {
    for shop in Shop::both() {
        let ports = ImportPorts {
            imports: Arc::new(SqliteImportLedger {
                database: shop.database.clone(),
            }),
            uploads: Arc::new(SqliteUploadRepository {
                database: shop.database.clone(),
            }),
        };
        imports::import_ledger(&ports).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_import_runner() {
    for shop in Shop::both() {
        let database = shop.database.clone();
        let executions = shop::Executions {
            database: database.clone(),
        };
        let runner = SqliteImportRunner {
            database,
            clock: Arc::new(SystemClock),
        };
        import_runs::import_runner(Arc::new(runner), &executions).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn photos_and_thumbnails() {
    for shop in Shop::both() {
        let ports = PhotoUploadPorts {
            photos: Arc::new(SqlitePhotoUploads {
                database: shop.database.clone(),
            }),
            uploads: Arc::new(SqliteUploadRepository {
                database: shop.database.clone(),
            }),
        };
        photos::photo_uploads(&ports).await;
        for bucket in [&shop.uploads, &shop.thumbnails] {
            let objects = shop::Folder { bucket: bucket.clone() };
            photos::photo_store(&FolderPhotoStore { bucket: bucket.clone() }, &objects).await;
            photos::thumbnail_store(&FolderThumbnailStore { bucket: bucket.clone() }, &objects).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn catalogs_and_reports() {
    for shop in Shop::both() {
        for bucket in [&shop.uploads, &shop.thumbnails] {
            let objects = shop::Folder { bucket: bucket.clone() };
            files::catalog_files(&FolderCatalogFiles { bucket: bucket.clone() }, &objects).await;
            files::rejected_rows_files(&FolderRejectedRowsFiles { bucket: bucket.clone() }, &objects).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mails() {
    for shop in Shop::both() {
        mail::send_log(Arc::new(SqliteSendLog {
            database: shop.database.clone(),
        }))
        .await;
        mail::mailer(
            &shop.mailer,
            &shop::Outbox {
                mailer: shop.mailer.clone(),
            },
        )
        .await;
    }
}

#[tokio::test]
async fn presigned_links() {
    let signer = Arc::new(LinkSigner::new("http://127.0.0.1:3000".to_owned(), [7; 32]));
    let bucket = "uploads".to_owned();
    links::upload_links(&LocalUploadLinks {
        signer: Arc::clone(&signer),
        bucket: bucket.clone(),
    })
    .await;
    links::thumbnail_links(&LocalThumbnailLinks { signer, bucket }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clock_identifiers_and_directory() {
    world::clock(&SystemClock);
    world::id_generator(Arc::new(UuidV7Ids)).await;
    world::customer_directory(&ExampleDirectory, &CustomerId::parse("ann").unwrap()).await;
}
