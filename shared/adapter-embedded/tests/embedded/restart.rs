//! Tests that everything that was answered survives the end of the process, together with the host's own changes.

use std::sync::Arc;

use adapter_embedded::catalog::SqliteCatalogWriter;
use adapter_embedded::executions::{self, Execution, ExecutionEnd, ExecutionStatus, Workflow};
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::orders::SqliteOrderRepository;
use adapter_embedded::sagas::SqliteSagaRunner;
use adapter_embedded::{Database, order_stream, secrets};
use adapter_system::clock::SystemClock;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::orders::ports::{Fence, IdempotencyClaimed, IdempotencyStore, OrderRepository};
use domain::values::{Sku, Timestamp};
use port_contracts::samples::{self, start_of_saga};

use crate::shop::{Shop, TestFolder};
use crate::stream::place;

fn runner(database: &Database) -> SqliteSagaRunner {
    SqliteSagaRunner {
        database: database.clone(),
        clock: Arc::new(SystemClock),
    }
}

fn start() -> SagaStart {
    start_of_saga(SagaKind::Order)
}

async fn running_after(database: &Database, place: i64) -> Vec<(i64, Execution)> {
    let read = move |connection: &rusqlite::Connection| executions::running_after(connection, place, 10);
    database.call("list executions", read).await.unwrap()
}

#[tokio::test]
async fn orders_replies_executions_and_secrets_outlive_the_process() {
    let folder = TestFolder::create();
    let (order, secret) = {
        let shop = Shop::open(&folder);
        runner(&shop.database).start(&start()).await.unwrap();
        let secret = secrets::secret(&shop.database, "links").await.unwrap();
        (place(&shop.database).await, secret)
    };
    let shop = Shop::open(&folder);
    let database = &shop.database;
    let orders = SqliteOrderRepository {
        database: database.clone(),
    };
    assert_eq!(orders.find(&order.id).await.unwrap(), Some(order.clone()));
    let recent = database
        .call("list orders", |connection| {
            adapter_embedded::orders::recent(connection, 1)
        })
        .await;
    assert_eq!(recent.unwrap(), std::slice::from_ref(&order));
    let claim = samples::claim(&order.customer, "key-1", 1, order.created_at);
    let keys = SqliteIdempotencyStore {
        database: database.clone(),
    };
    let reply = samples::completion(&claim, Fence(1)).reply;
    assert_eq!(keys.claim(&claim).await.unwrap(), IdempotencyClaimed::Replay(reply));
    let running = running_after(database, 0).await;
    assert_eq!(running.len(), 1);
    let (place, execution) = &running[0];
    assert_eq!(
        (execution.name.as_str(), execution.status),
        ("order-1", ExecutionStatus::Running)
    );
    assert_eq!(running_after(database, *place).await, []);
    let input: serde_json::Value = serde_json::from_str(&execution.input).unwrap();
    assert_eq!(
        input,
        serde_json::json!({"order_id": "order-1", "correlation_id": "request-1"})
    );
    assert_eq!(secrets::secret(database, "links").await.unwrap(), secret);
}

#[tokio::test]
async fn an_execution_ends_once_and_its_standing_tells_how() {
    let database = Database::in_memory().unwrap();
    let runner = runner(&database);
    let order = start().order;
    let ended = |execution: &str, error: &str, cause: &str| {
        SagaStanding::Ended(Parking {
            execution: execution.to_owned(),
            error: error.to_owned(),
            cause: cause.to_owned(),
        })
    };
    for (kind, status, error, expected) in [
        (
            SagaKind::Order,
            ExecutionStatus::TimedOut,
            None,
            ended("order-1", "TIMED_OUT", "it took too long"),
        ),
        (
            SagaKind::Cancel,
            ExecutionStatus::Failed,
            Some("RefundFailed"),
            ended("order-1-cancel", "RefundFailed", "it took too long"),
        ),
    ] {
        runner.start(&SagaStart { kind, ..start() }).await.unwrap();
        let name = kind.execution_name(&order);
        let end = |status| {
            let name = name.clone();
            let end = ExecutionEnd {
                status,
                error: error.map(str::to_owned),
                cause: Some("it took too long".to_owned()),
            };
            database.call("end execution", move |connection| {
                executions::end(connection, kind.into(), &name, &end, 5)
            })
        };
        assert!(end(status).await.unwrap());
        assert!(!end(ExecutionStatus::Succeeded).await.unwrap(), "the first end stays");
        assert_eq!(runner.standing(kind, &order).await.unwrap(), expected);
        runner.start(&SagaStart { kind, ..start() }).await.unwrap();
        assert_eq!(
            runner.standing(kind, &order).await.unwrap(),
            expected,
            "a name is used once"
        );
    }
    assert_eq!(running_after(&database, 0).await, []);
    let recent = database
        .call("list executions", |connection| executions::recent(connection, 10))
        .await
        .unwrap();
    assert_eq!(
        recent.iter().map(|execution| execution.workflow).collect::<Vec<_>>(),
        [Workflow::OrderCancel, Workflow::OrderSaga]
    );
}

#[tokio::test]
async fn one_transaction_spans_the_hosts_tables_and_the_shops() {
    let database = Database::in_memory().unwrap();
    for _ in 0..2 {
        database
            .ensure_schema("CREATE TABLE IF NOT EXISTS host_positions (sequence INTEGER PRIMARY KEY) STRICT")
            .await
            .unwrap();
    }
    place(&database).await;
    let failed = database
        .call("take stream records", |connection| -> rusqlite::Result<()> {
            for record in order_stream::after(connection, 0, 10)?.records {
                connection.execute("INSERT INTO host_positions VALUES (?1)", [record.sequence])?;
            }
            order_stream::forget_before(connection, i64::MAX)?;
            connection.execute("INSERT INTO no_such_table VALUES (1)", [])?;
            Ok(())
        })
        .await;
    assert!(!failed.unwrap_err().transient);
    let (positions, records): (i64, usize) = database
        .call("count", |connection| {
            let positions = connection.query_row("SELECT count(*) FROM host_positions", [], |row| row.get(0))?;
            Ok((positions, order_stream::after(connection, 0, 10)?.records.len()))
        })
        .await
        .unwrap();
    assert_eq!((positions, records), (0, 1));
}

#[tokio::test]
async fn a_number_beyond_what_sqlite_holds_is_an_error_and_not_another_number() {
    let database = Database::in_memory().unwrap();
    let writer = SqliteCatalogWriter { database };
    let row = CatalogRow {
        sku: Sku::parse("MUG-01").unwrap(),
        details: ProductDetails::new(
            "Mug",
            "",
            domain::values::Money::new(1, domain::values::Currency::parse("EUR").unwrap()).unwrap(),
        ),
        stock: domain::catalog::product::STOCK_UNITS_MAX,
    };
    let apply = async |byte_offset| {
        let version = CatalogVersion {
            upload_sequence: 1,
            byte_offset,
        };
        writer.apply(&row, version, Timestamp::from_unix_ms(0)).await
    };
    assert!(!apply(u64::MAX).await.unwrap_err().transient);
    assert_eq!(apply(i64::MAX.unsigned_abs()).await.unwrap(), ApplyOutcome::Applied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_file_wait_for_each_other() {
    const ADDITIONS: u32 = 50;
    let folder = TestFolder::create();
    let path = folder.path.join("popshop.sqlite3");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let database = Database::open(&path).unwrap();
        database
            .ensure_schema("CREATE TABLE IF NOT EXISTS counters (count INTEGER NOT NULL) STRICT")
            .await
            .unwrap();
        tasks.spawn(async move {
            for _ in 0..ADDITIONS {
                database.call("count", read_and_add).await.unwrap();
            }
            database
        });
    }
    let database = tasks.join_all().await.remove(0);
    let count: u32 = database
        .call("read count", |connection| {
            connection.query_row("SELECT max(count) FROM counters", [], |row| row.get(0))
        })
        .await
        .unwrap();
    assert_eq!(count, 2 * ADDITIONS);
}

fn read_and_add(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let count: u32 = connection.query_row("SELECT coalesce(max(count), 0) FROM counters", [], |row| row.get(0))?;
    connection.execute("INSERT INTO counters VALUES (?1)", [count + 1])?;
    Ok(())
}
