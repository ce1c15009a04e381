//! Runs every port of the shop in memory through its contract, as the SQLite and DynamoDB adapters do.
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::tables::Bucket;
use adapter_memory::tables::Tables;
use adapter_memory::time::{CountedIds, SetClock};
use async_trait::async_trait;
use domain::ports::Email;
use domain::values::{CustomerId, OrderId, PaymentToken, Timestamp};
use port_contracts::catalog::ProductPorts;
use port_contracts::import_ports::ImportPorts;
use port_contracts::orders::OrderPorts;
use port_contracts::photos::PhotoUploadPorts;
use port_contracts::probes::{ImportExecutions, Inbox, Objects, OrderChanges};
use port_contracts::stock::StockPorts;
use port_contracts::{
    catalog, files, gateway, idempotency, import_runs, imports, links, mail, order_book, orders, parked_orders,
    payment_results, payments, photos, sagas, stock, uploads, world,
};

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(Timestamp::from_unix_ms(1_800_000_000_000)))
}

fn memory() -> Arc<Memory> {
    Memory::new(clock())
}

/// Looks behind the ports.
struct Behind(Arc<Memory>);

/// The bucket that a body works with.
struct Bucketed(Arc<Memory>, fn(&mut Tables) -> &mut Bucket);

#[async_trait]
impl OrderChanges for Behind {
    async fn statuses_of(&self, order: &OrderId) -> Vec<String> {
        let statuses = self.0.look(|tables| tables.orders.statuses_of(order));
        statuses.into_iter().map(str::to_owned).collect()
    }
}

#[async_trait]
impl Inbox for Behind {
    async fn mails_to(&self, address: &str) -> Vec<Email> {
        let mut mails = self.0.look(|tables| tables.mails.clone());
        mails.retain(|mail| mail.to.reveal() == address);
        mails
    }
}

#[async_trait]
impl ImportExecutions for Behind {
    async fn inputs_of(&self, execution: &str) -> Vec<String> {
        self.0.look(|tables| {
            let all = tables.imports_started.iter();
            let named = all.filter(|(job, _)| job.id.execution_name() == execution);
            named.map(|started| format!("{started:?}")).collect()
        })
    }
}

#[async_trait]
impl Objects for Bucketed {
    async fn put(&self, key: &str, bytes: &[u8]) -> Option<String> {
        Some(self.0.change(|tables| self.1(tables).put(key, "", bytes)))
    }

    async fn get(&self, key: &str) -> Option<(String, Vec<u8>)> {
        self.0.change(|tables| {
            let object = self.1(tables).find(key, None)?;
            Some((object.content_type.clone(), object.bytes.clone()))
        })
    }

    async fn delete(&self, key: &str) {
        self.0.change(|tables| self.1(tables).delete(key));
    }
}

fn order_ports() -> OrderPorts {
    let memory = memory();
    OrderPorts {
        orders: memory.clone(),
        keys: memory.clone(),
        book: memory.clone(),
        parked: memory.clone(),
        changes: Arc::new(Behind(memory)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_requests_and_their_stream() {
    idempotency::idempotency_store(memory()).await;
    let ports = order_ports();
    idempotency::completed_requests(Arc::clone(&ports.keys), Arc::clone(&ports.orders)).await;
    orders::order_repository(&ports).await;
    order_book::order_book(&order_ports()).await;
    parked_orders::parked_orders(&order_ports()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_prices_and_stock() {
    let memory = memory();
    orders::price_list(memory.as_ref(), memory.as_ref()).await;
    let (stock, writer, catalog) = (memory.clone(), memory.clone(), memory.clone());
    stock::stock_ledger(&StockPorts { stock, writer, catalog }).await;
    let (writer, catalog, photos) = (memory.clone(), memory.clone(), memory);
    catalog::products(&ProductPorts {
        writer,
        catalog,
        photos,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_and_their_records() {
    let token = |text| PaymentToken::parse(text).unwrap();
    gateway::payment_gateway(memory(), &token("tok_ok"), &token("tok_declined")).await;
    payments::payment_records(memory()).await;
    payment_results::payment_results(memory()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_and_sends() {
    let memory = memory();
    mail::mailer(memory.as_ref(), &Behind(memory.clone())).await;
    mail::send_log(memory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sagas_and_import_runs() {
    sagas::saga_runner(memory()).await;
    let memory = memory();
    import_runs::import_runner(memory.clone(), &Behind(memory)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_photos_and_imports() {
    let memory = memory();
    uploads::upload_repository(memory.clone()).await;
    let (photos, uploads) = (memory.clone(), memory.clone());
    photos::photo_uploads(&PhotoUploadPorts { photos, uploads }).await;
    let (imports, uploads) = (memory.clone(), memory);
    imports::import_ledger(&ImportPorts { imports, uploads }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_links() {
    let memory = memory();
    let originals = Bucketed(memory.clone(), |tables| &mut tables.uploads_bucket);
    files::catalog_files(memory.as_ref(), &originals).await;
    files::rejected_rows_files(memory.as_ref(), &originals).await;
    photos::photo_store(memory.as_ref(), &originals).await;
    let thumbnails = Bucketed(memory.clone(), |tables| &mut tables.thumbnails_bucket);
    photos::thumbnail_store(memory.as_ref(), &thumbnails).await;
    links::upload_links(memory.as_ref()).await;
    links::thumbnail_links(memory.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_ids_and_directory() {
    world::clock(clock().as_ref());
    world::id_generator(Arc::new(CountedIds::new("order", 5))).await;
    world::customer_directory(memory().as_ref(), &CustomerId::parse("ann").unwrap()).await;
}
