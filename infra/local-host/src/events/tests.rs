//! Events over the committed template, with functions that fail as the test says: each event is delivered until it is
//! settled, and none is lost.

mod dead_letters;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use adapter_embedded::Database;
use adapter_embedded::buckets::{Bucket, Buckets, PutCondition, Versions};
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::orders::SqliteOrderRepository;
use adapter_system::clock::SystemClock;
use async_trait::async_trait;
use domain::orders::order::Order;
use domain::values::{OrderId, Timestamp};
use port_contracts::samples::{self, anns_order};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{EventPlane, queue};
use crate::downtime::Downtimes;
use crate::functions::{Functions, InvokeFailure, Source};
use crate::template::{self, Deployment, EventSource};

const PATIENCE: Duration = Duration::from_secs(20);

type Answer = dyn Fn(&str, &Value) -> Result<Value, InvokeFailure> + Send + Sync;

/// Functions that answer as the test says, and record their events.
struct Script {
    answer: Box<Answer>,
    calls: Mutex<Vec<(String, Value)>>,
}

#[async_trait]
impl Functions for Script {
    async fn invoke(&self, logical_id: &str, event: Value, _: Source) -> Result<Value, InvokeFailure> {
        let answer = (self.answer)(logical_id, &event);
        self.calls.lock().unwrap().push((logical_id.to_owned(), event));
        answer
    }
}

struct World {
    plane: Arc<EventPlane>,
    script: Arc<Script>,
    uploads: Bucket,
    _loops: JoinSet<()>,
}

fn failure() -> InvokeFailure {
    InvokeFailure {
        error_type: "TransientFailure".to_owned(),
        message: "as the test says".to_owned(),
    }
}

/// The committed template, with fewer attempts than anybody wants to wait for.
fn impatient() -> Deployment {
    let mut deployment = template::load().unwrap();
    let redrive = deployment
        .queues
        .get_mut("ThumbnailQueue")
        .unwrap()
        .redrive
        .as_mut()
        .unwrap();
    redrive.max_receive_count = 2;
    for function in deployment.functions.values_mut() {
        function.async_invoke.maximum_retry_attempts = 1;
        for source in &mut function.sources {
            if let EventSource::Stream(spec) = source {
                spec.maximum_retry_attempts = 1;
            }
        }
    }
    deployment
}

impl World {
    async fn of(answer: impl Fn(&str, &Value) -> Result<Value, InvokeFailure> + Send + Sync + 'static) -> Self {
        let database = Database::in_memory().unwrap();
        let buckets = Buckets::in_temporary_folder(database.clone(), Arc::new(SystemClock)).unwrap();
        let deployment = impatient();
        let uploads = buckets
            .bucket(&deployment.buckets["UploadsBucket"].name, Versions::Kept)
            .unwrap();
        let script = Arc::new(Script {
            answer: Box::new(answer),
            calls: Mutex::default(),
        });
        let plane = Arc::new(EventPlane {
            downtimes: Downtimes::open(database.clone()).await.unwrap(),
            database,
            deployment: Arc::new(deployment),
            functions: Arc::clone(&script) as Arc<dyn Functions>,
            log: Arc::default(),
            recorded_to: AtomicI64::default(),
        });
        plane.prepare().await.unwrap();
        let loops = plane.start();
        Self {
            plane,
            script,
            uploads,
            _loops: loops,
        }
    }

    async fn put(&self, key: &str) {
        self.uploads
            .put(key, b"bytes", "text/plain", PutCondition::Always)
            .await
            .unwrap();
    }

    /// Events of one function so far, as text.
    fn events(&self, function: &str) -> Vec<String> {
        let calls = self.script.calls.lock().unwrap();
        calls
            .iter()
            .filter(|(called, _)| called == function)
            .map(|(_, event)| event.to_string())
            .collect()
    }

    async fn depth(&self, name: &'static str) -> u64 {
        self.plane
            .database
            .read("count messages", move |connection| queue::depth(connection, name))
            .await
            .unwrap()
    }

    async fn until_depth(&self, name: &'static str, depth: u64) {
        let started = Instant::now();
        while self.depth(name).await != depth {
            assert!(started.elapsed() < PATIENCE, "{name} never had {depth} messages");
            tokio::task::yield_now().await;
        }
    }

    async fn body_in(&self, name: &'static str) -> Value {
        let body: String = self
            .plane
            .database
            .call("read message", move |connection| {
                connection.query_row("SELECT body FROM queue_messages WHERE queue = ?1", [name], |row| {
                    row.get(0)
                })
            })
            .await
            .unwrap();
        serde_json::from_str(&body).unwrap()
    }
}

async fn place_order(database: &Database, id: &str) {
    let orders = SqliteOrderRepository {
        database: database.clone(),
    };
    let keys = SqliteIdempotencyStore {
        database: database.clone(),
    };
    let at = Timestamp::from_unix_ms(super::clock::now_ms());
    let order = Order {
        id: OrderId::parse(id).unwrap(),
        created_at: at,
        updated_at: at,
        ..anns_order()
    };
    samples::place(&orders, &keys, &order).await;
}

#[tokio::test]
async fn a_message_that_always_fails_is_dead_lettered_and_its_neighbour_is_not() {
    // Reports the messages that speak of `broken`, as a function with partial batch responses does.
    let world = World::of(|_, event| {
        let records = event["Records"].as_array().into_iter().flatten();
        let bad = records.filter(|record| record["body"].as_str().is_some_and(|body| body.contains("broken")));
        let failures: Vec<Value> = bad
            .map(|record| json!({ "itemIdentifier": record["messageId"] }))
            .collect();
        Ok(json!({ "batchItemFailures": failures }))
    })
    .await;
    world.put("photos/A/good one+%2F").await;
    world.put("photos/A/broken").await;
    world.until_depth("ThumbnailDeadLetterQueue", 1).await;
    assert_eq!(world.depth("ThumbnailQueue").await, 0);
    let events = world.events("Thumbnailer");
    let mentions = |text: &str| events.iter().filter(|event| event.contains(text)).count();
    assert_eq!(
        mentions("photos/A/good+one%2B%252F"),
        1,
        "form-encoded, delivered once: {events:?}"
    );
    assert_eq!(mentions("photos/A/broken"), 2, "as often as the queue allows");
    assert_eq!(
        mentions("s3:TestEvent"),
        1,
        "what S3 sends when the notification is set up"
    );
}

#[tokio::test]
async fn an_event_that_always_fails_is_kept_for_people() {
    let world = World::of(|function, _| {
        if function == "CsvIngester" {
            Err(failure())
        } else {
            Ok(json!({}))
        }
    })
    .await;
    world.put("catalogs/c-1.csv").await;
    world.put("reports/c-1/rejected.csv").await;
    world.until_depth("FailedEventsQueue", 1).await;
    assert_eq!(world.events("CsvIngester").len(), 2, "once, and once more");
    let record = world.body_in("FailedEventsQueue").await;
    assert_eq!(record["requestPayload"]["detail"]["object"]["key"], "catalogs/c-1.csv");
    assert_eq!(record["responsePayload"]["errorType"], "TransientFailure");
    assert!(
        world
            .events("Thumbnailer")
            .iter()
            .all(|event| !event.contains("reports/")),
        "no rule asks for reports"
    );
}

#[tokio::test]
async fn an_order_whose_event_always_fails_does_not_hold_up_the_next() {
    let world = World::of(|function, event| {
        let poisoned = function == "SagaStart" && event.to_string().contains("order-bad");
        if poisoned {
            Err(failure())
        } else {
            Ok(json!({ "batchItemFailures": [] }))
        }
    })
    .await;
    for id in ["order-1", "order-bad", "order-2"] {
        place_order(&world.plane.database, id).await;
    }
    world.until_depth("FailedEventsQueue", 1).await;
    let started = Instant::now();
    let alone = |id: &str| {
        world
            .events("SagaStart")
            .iter()
            .any(|event| event.contains(id) && !event.contains("order-bad"))
    };
    while !(alone("order-1") && alone("order-2")) {
        assert!(
            started.elapsed() < PATIENCE,
            "a neighbour of the failing order never arrived"
        );
        tokio::task::yield_now().await;
    }
    let record = world.body_in("FailedEventsQueue").await;
    assert_eq!(
        record["DDBStreamBatchInfo"]["batchSize"], 1,
        "halved until it stood alone: {record}"
    );
}

#[tokio::test]
async fn the_schedule_sweeps_when_the_host_starts() {
    let world = World::of(|_, _| Ok(json!({}))).await;
    let started = Instant::now();
    while world.events("SagaReconcile").is_empty() {
        assert!(started.elapsed() < PATIENCE, "nobody swept");
        tokio::task::yield_now().await;
    }
    assert!(world.events("SagaReconcile")[0].contains("Scheduled Event"));
}
