//! Sample values for contracts and for the tests of adapters: fixed times and amounts, and new ids where a contract
//! could meet data of an earlier run.

use std::time::Duration;

use domain::catalog::import::job::{ImportId, ImportJob};
use domain::catalog::ports::CatalogVersion;
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::ports::{SagaKind, SagaStart};
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, IdempotencyStore,
    OrderRepository, PayloadHash, PlaceOutcome, RecordedReply,
};
use domain::uploads::ports::AnnouncedUpload;
use domain::uploads::upload::UploadKind;
use domain::values::{
    CorrelationId, Currency, CustomerId, IdempotencyKey, Money, ObjectVersion, OrderId, OrderLines, OrderStatus,
    PaymentToken, Quantity, Sku, Timestamp, UploadId,
};
use tokio::task::JoinSet;

/// How many tasks compete where a body lets several.
pub(crate) const COMPETITORS: usize = 16;

/// A name that no earlier run has used.
pub(crate) fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::now_v7().simple())
}

pub(crate) fn order_id() -> OrderId {
    OrderId::parse(&unique("order")).unwrap()
}

pub(crate) fn upload_id() -> UploadId {
    UploadId::parse(&unique("upload")).unwrap()
}

pub(crate) fn customer() -> CustomerId {
    CustomerId::parse(&unique("customer")).unwrap()
}

pub(crate) fn sku() -> Sku {
    Sku::parse(&unique("Tee + Käse %2F")).unwrap()
}

pub(crate) fn correlation(text: &str) -> CorrelationId {
    CorrelationId::parse(text).unwrap()
}

/// An amount in cents.
pub fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap()).unwrap()
}

/// So many seconds after the moment at which every body begins.
pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_700_000_000_000).plus(Duration::from_secs(seconds))
}

pub(crate) fn order(customer: &CustomerId, created_at: Timestamp) -> Order {
    let line = |sku, units, price| OrderLine {
        sku,
        quantity: Quantity::new(units).unwrap(),
        unit_price: euros(price),
    };
    Order {
        id: order_id(),
        customer: customer.clone(),
        lines: OrderLines::new(vec![line(sku(), 2, 1_250), line(sku(), 99, 1)]).unwrap(),
        total: euros(2_599),
        payment_token: PaymentToken::parse("tok_ok").ok(),
        status: OrderStatus::Pending,
        reason: None,
        correlation_id: correlation("placing.request-1"),
        created_at,
        updated_at: created_at,
    }
}

/// The order `order-1` of the customer `ann`: two mugs for 12.50 EUR each, placed at the beginning.
pub fn anns_order() -> Order {
    let mugs = OrderLine {
        sku: Sku::parse("MUG-01").unwrap(),
        quantity: Quantity::new(2).unwrap(),
        unit_price: euros(1_250),
    };
    Order {
        id: OrderId::parse("order-1").unwrap(),
        lines: OrderLines::new(vec![mugs]).unwrap(),
        total: euros(2_500),
        correlation_id: correlation("request-1"),
        ..order(&CustomerId::parse("ann").unwrap(), at(0))
    }
}

/// The start of a saga of that order.
pub fn start_of_saga(kind: SagaKind) -> SagaStart {
    let order = anns_order();
    SagaStart {
        kind,
        order: order.id,
        correlation_id: order.correlation_id,
    }
}

/// The catalog `0190-a` of 1,000 bytes, announced by the same customer.
pub fn anns_catalog() -> AnnouncedUpload {
    AnnouncedUpload {
        id: UploadId::parse("0190-a").unwrap(),
        kind: UploadKind::Catalog {
            file_name: "spring.csv".to_owned(),
        },
        size_bytes: 1_000,
        created_by: CustomerId::parse("ann").unwrap(),
        created_at: at(0),
        correlation_id: correlation("announcing.request-1"),
    }
}

/// The import of that catalog, as the seventh of all uploads.
pub fn anns_import(version_id: Option<&str>, size_bytes: u64) -> ImportJob {
    let upload_id = anns_catalog().id;
    let object = ObjectVersion {
        key: "catalogs/0190-a.csv".to_owned(),
        version_id: version_id.map(str::to_owned),
        size_bytes,
    };
    ImportJob {
        id: ImportId { upload_id, sequence: 7 },
        correlation_id: anns_catalog().correlation_id,
        object,
    }
}

/// A row with a value for every field, the optional ones too: the contract asks each store for all of them.
pub(crate) fn catalog_row(sku: &Sku, price_minor: i64, stock: u32) -> CatalogRow {
    CatalogRow {
        sku: sku.clone(),
        details: ProductDetails {
            name: format!("Name of {sku}"),
            description: "\"Quoted\", and\nbroken.".to_owned(),
            price: euros(price_minor),
        },
        stock,
    }
}

pub(crate) fn version(upload_sequence: u64, byte_offset: u64) -> CatalogVersion {
    CatalogVersion {
        upload_sequence,
        byte_offset,
    }
}

/// A claim of the customer's key, good for ten seconds of work and an hour of memory.
pub fn claim(customer: &CustomerId, key: &str, payload: u8, now: Timestamp) -> IdempotencyClaim {
    IdempotencyClaim {
        scope: IdempotencyScope {
            customer: customer.clone(),
            operation: "place-order",
            key: IdempotencyKey::parse(key).unwrap(),
        },
        payload_hash: PayloadHash {
            current: format!("v2:{payload:064x}").into_bytes(),
            legacy: [payload; 32],
        },
        now,
        lease_until: now.plus(Duration::from_secs(10)),
        expires_at: now.plus(Duration::from_hours(1)),
    }
}

pub(crate) async fn granted(store: &dyn IdempotencyStore, claim: &IdempotencyClaim) -> Fence {
    match store.claim(claim).await.unwrap() {
        IdempotencyClaimed::Granted(fence) => fence,
        other => panic!("the claim was answered {other:?}"),
    }
}

/// Completes the claim under this fence, with an answer that is not UTF-8.
pub fn completion(claim: &IdempotencyClaim, fence: Fence) -> IdempotencyCompletion {
    IdempotencyCompletion {
        scope: claim.scope.clone(),
        fence,
        reply: RecordedReply(b"accepted \0 \xff".to_vec()),
    }
}

/// Places the order under a key of its own.
pub async fn place(orders: &dyn OrderRepository, keys: &dyn IdempotencyStore, order: &Order) {
    place_under(&unique("key"), orders, keys, order).await;
}

/// Places the order under this idempotency key.
pub async fn place_under(key: &str, orders: &dyn OrderRepository, keys: &dyn IdempotencyStore, order: &Order) {
    let claim = claim(&order.customer, key, 1, order.created_at);
    let fence = granted(keys, &claim).await;
    let placed = orders.place(order, &completion(&claim, fence)).await.unwrap();
    assert_eq!(placed, PlaceOutcome::Placed);
}

/// Runs the same work in many tasks and collects what they answer.
pub(crate) async fn at_once<T, F>(work: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..COMPETITORS {
        tasks.spawn(work(number));
    }
    tasks.join_all().await
}
