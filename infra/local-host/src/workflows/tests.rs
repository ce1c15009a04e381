//! Executions survive their process, and their end is published once.

mod downtimes;
mod imports;
mod redrives;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;

use adapter_embedded::executions::{ExecutionStatus, Workflow};
use adapter_embedded::sagas::SqliteSagaRunner;
use adapter_system::clock::SystemClock;
use async_trait::async_trait;
use domain::fulfilment::ports::{Redrive, SagaKind, SagaRedriver, SagaRunner};
use domain::values::OrderId;
use port_contracts::samples::start_of_saga;
use rusqlite::params;
use serde_json::json;
use tokio::sync::Notify;

use super::*;
use crate::events::EventPlane;
use crate::functions::{InvokeFailure, Source};
use crate::template::{self, Deployment};

/// Functions that only count, fail as the test says, or never answer.
#[derive(Default)]
struct Steps {
    calls: Mutex<BTreeMap<String, u32>>,
    failing: BTreeMap<&'static str, &'static str>,
    hanging: Option<&'static str>,
    reached: Notify,
}

#[async_trait]
impl Functions for Steps {
    async fn invoke(&self, logical_id: &str, event: Value, source: Source) -> Result<Value, InvokeFailure> {
        assert!(matches!(source, Source::Workflow(_)));
        assert!(event["order_id"].is_string(), "{event}");
        *self.calls.lock().unwrap().entry(logical_id.to_owned()).or_default() += 1;
        if self.hanging == Some(logical_id) {
            self.reached.notify_one();
            return std::future::pending().await;
        }
        match self.failing.get(logical_id) {
            Some(error) => Err(InvokeFailure {
                error_type: (*error).to_owned(),
                message: "as the test says".to_owned(),
            }),
            None => Ok(json!({ "outcome": "DONE" })),
        }
    }
}

impl Steps {
    fn failing(function: &'static str) -> Self {
        Self {
            failing: BTreeMap::from([(function, "OrderNotCancelling")]),
            ..Self::default()
        }
    }

    fn calls(&self, logical_id: &str) -> u32 {
        self.calls.lock().unwrap().get(logical_id).copied().unwrap_or_default()
    }
}

struct Shop {
    database: Database,
    deployment: Arc<Deployment>,
}

impl Shop {
    async fn open() -> Self {
        let shop = Self {
            database: Database::in_memory().unwrap(),
            deployment: Arc::new(template::load().unwrap()),
        };
        let plane = EventPlane {
            database: shop.database.clone(),
            deployment: Arc::clone(&shop.deployment),
            functions: Arc::new(Steps::default()),
            downtimes: shop.downtimes().await,
            log: Arc::default(),
            recorded_to: AtomicI64::default(),
        };
        plane.prepare().await.unwrap();
        shop
    }

    fn bus(&self) -> Bus {
        Bus {
            deployment: Arc::clone(&self.deployment),
            log: Arc::default(),
        }
    }

    async fn downtimes(&self) -> Arc<Downtimes> {
        Downtimes::open(self.database.clone()).await.unwrap()
    }

    async fn start(&self, kind: SagaKind) {
        let runner = SqliteSagaRunner {
            database: self.database.clone(),
            clock: Arc::new(SystemClock),
        };
        runner.start(&start_of_saga(kind)).await.unwrap();
    }

    /// A process that works until it is dropped.
    async fn process(&self, functions: Arc<dyn Functions>) -> JoinSet<()> {
        let machines = Machines::read(&self.deployment).unwrap();

        let backlog = Arc::new(Backlog::new(Vec::new()));
        let (workflows, writer) = Workflows::prepare(
            self.database.clone(),
            self.bus(),
            functions,
            machines,
            backlog,
            self.downtimes().await,
        )
        .await
        .unwrap();
        let mut process = JoinSet::new();
        process.spawn(writer.run());
        process.spawn(workflows.run());
        process
    }

    async fn ended(&self, workflow: Workflow, name: &'static str) -> Execution {
        loop {
            let changes = self.database.watch("executions");
            let rung = changes.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let found = self
                .database
                .call("find", move |connection| executions::find(connection, workflow, name))
                .await
                .unwrap();
            match found {
                Some(execution) if execution.status != ExecutionStatus::Running => return execution,
                _ => rung.await,
            }
        }
    }

    async fn redrive(&self, kind: SagaKind, order: &str) -> Redrive {
        let redriver = redrive::WorkflowRedriver {
            database: self.database.clone(),
            bus: self.bus(),
            machines: Machines::read(&self.deployment).unwrap(),
        };
        redriver.redrive(kind, &OrderId::parse(order).unwrap()).await.unwrap()
    }

    async fn age(&self, sql: &'static str) {
        let aged = self.database.call("age", |connection| connection.execute(sql, []));
        assert_eq!(aged.await.unwrap(), 1);
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.database
            .call("count", move |connection| {
                connection.query_row(sql, [], |row| row.get(0))
            })
            .await
            .unwrap()
    }

    /// The details of the status changes that were published to functions.
    async fn status_changes(&self) -> Vec<Value> {
        let texts: Vec<String> = self
            .database
            .call("read events", |connection| {
                connection
                    .prepare("SELECT event FROM asynchronous_invocations WHERE function = ?1 ORDER BY id")?
                    .query_map(params!["SagaReconcile"], |row| row.get(0))?
                    .collect()
            })
            .await
            .unwrap();
        texts
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["detail"].take())
            .collect()
    }
}

/// A shop whose process died while an order waited for its capture.
async fn interrupted() -> Shop {
    let shop = Shop::open().await;
    shop.start(SagaKind::Order).await;
    let hanging = Arc::new(Steps {
        hanging: Some("SagaCapturePayment"),
        ..Steps::default()
    });
    let process = shop.process(hanging.clone()).await;
    hanging.reached.notified().await;
    drop(process);
    shop
}

#[tokio::test]
async fn an_execution_runs_to_its_end_and_leaves_its_history_alone() {
    let shop = Shop::open().await;
    shop.start(SagaKind::Order).await;
    let steps = Arc::new(Steps::default());
    let _process = shop.process(steps.clone()).await;
    let execution = shop.ended(Workflow::OrderSaga, "order-1").await;
    assert_eq!(execution.status, ExecutionStatus::Succeeded);
    assert_eq!(shop.count("SELECT count(*) FROM execution_journal").await, 0);
    let states = shop
        .database
        .call("read history", move |connection| {
            journal::states(connection, &ExecutionKey::of(&execution))
        })
        .await
        .unwrap();
    assert_eq!(
        (states[0].as_str(), states[states.len() - 1].as_str()),
        ("ReserveAndAuthorize", "NotifyConfirmed")
    );
    assert!(
        shop.status_changes().await.is_empty(),
        "nobody asked for executions that succeed"
    );
}

#[tokio::test]
async fn an_execution_whose_process_died_goes_on_without_repeating_what_was_answered() {
    let shop = interrupted().await;
    let steps = Arc::new(Steps::default());
    let _process = shop.process(steps.clone()).await;
    assert_eq!(
        shop.ended(Workflow::OrderSaga, "order-1").await.status,
        ExecutionStatus::Succeeded
    );
    assert_eq!(
        (steps.calls("SagaReserveStock"), steps.calls("SagaAuthorizePayment")),
        (0, 0)
    );
    assert_eq!(
        (steps.calls("SagaCapturePayment"), steps.calls("SagaConfirmOrder")),
        (1, 1)
    );
}

#[tokio::test]
async fn an_execution_whose_stored_values_are_damaged_fails_and_others_go_on() {
    let damages = [
        (
            "UPDATE execution_journal SET value = '{' WHERE the_first",
            "cannot be read",
        ),
        (
            "UPDATE execution_journal SET value = '[7]' WHERE the_first",
            "unknown shape",
        ),
    ];
    for (damage, cause) in damages {
        let shop = interrupted().await;
        let one = "key = (SELECT min(key) FROM execution_journal)";
        let damage = damage.replace("the_first", one);
        let updated = shop
            .database
            .call("damage", move |connection| connection.execute(&damage, []));
        assert_eq!(updated.await.unwrap(), 1);
        shop.start(SagaKind::Cancel).await;
        let _process = shop.process(Arc::new(Steps::default())).await;
        let other = shop.ended(Workflow::OrderCancel, "order-1-cancel").await;
        assert_eq!(other.status, ExecutionStatus::Succeeded);
        let execution = shop.ended(Workflow::OrderSaga, "order-1").await;
        assert_eq!(execution.status, ExecutionStatus::Failed);
        assert_eq!(execution.error.as_deref(), Some("States.Runtime"));
        assert!(execution.cause.unwrap().contains(cause), "{cause}");
        let changes = shop.status_changes().await;
        assert_eq!(
            changes[0]["status"], "FAILED",
            "the order is found like any other that failed"
        );
        if cause == "cannot be read" {
            let redriven = shop.redrive(SagaKind::Order, "order-1").await;
            assert!(matches!(redriven, Redrive::Impossible(reason) if reason.contains("cannot be read")));
        }
    }
}

#[tokio::test]
async fn an_execution_that_fails_is_told_once_under_the_names_that_the_template_listens_for() {
    let shop = Shop::open().await;
    shop.start(SagaKind::Cancel).await;
    let failing = BTreeMap::from([("SagaCancelOrder", "OrderNotCancelling")]);
    let steps = Arc::new(Steps {
        failing,
        ..Steps::default()
    });
    let _process = shop.process(steps.clone()).await;
    let execution = shop.ended(Workflow::OrderCancel, "order-1-cancel").await;
    assert_eq!(
        (execution.status, execution.error.as_deref()),
        (ExecutionStatus::Failed, Some("OrderNotCancelling"))
    );
    let changes = shop.status_changes().await;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["status"], "FAILED");
    assert_eq!(changes[0]["name"], "order-1-cancel");
    let machines = Machines::read(&shop.deployment).unwrap();
    assert_eq!(changes[0]["stateMachineArn"], machines.arn(Workflow::OrderCancel).arn());
    let cause: Value = serde_json::from_str(changes[0]["cause"].as_str().unwrap()).unwrap();
    assert_eq!(cause["errorType"], "OrderNotCancelling");
}

#[tokio::test]
async fn more_executions_than_run_at_once_all_end() {
    let started = i64::try_from(EXECUTIONS_AT_ONCE * 2).unwrap();
    let shop = Shop::open().await;
    shop.database
        .call("start executions", move |connection| {
            for number in 0..started {
                connection.execute(
                    "INSERT INTO executions (kind, name, input, status, started_at) VALUES ('order', ?1, ?2, 'RUNNING', ?3)",
                    params![format!("o-{number}"), json!({ "order_id": "o", "correlation_id": "c" }).to_string(), now_ms()],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let steps = Arc::new(Steps::default());
    let _process = shop.process(steps.clone()).await;
    let changes = shop.database.watch("executions");
    loop {
        let rung = changes.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if shop
            .count("SELECT count(*) FROM executions WHERE status = 'RUNNING'")
            .await
            == 0
        {
            break;
        }
        rung.await;
    }
    assert_eq!(
        shop.count("SELECT count(*) FROM executions WHERE status = 'SUCCEEDED'")
            .await,
        started
    );
}

#[test]
fn a_machine_that_invokes_a_stranger_is_refused() {
    let mut deployment = template::load().unwrap();
    deployment.functions.remove("SagaRefundPayment");
    let fault = Machines::read(&deployment).unwrap_err();
    assert!(
        matches!(
            fault,
            WorkflowFault::UnknownFunction {
                machine: "OrderSaga",
                ..
            }
        ),
        "{fault}"
    );
}
