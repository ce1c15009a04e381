//! Runs the contracts of the saga runner and the import runner against a local cloud.

use std::sync::Arc;
use std::time::Duration;

use adapter_stepfunctions::imports::StepFunctionsImportRunner;
use adapter_stepfunctions::sagas::{SagaArns, StepFunctionsSagaRunner};
use async_trait::async_trait;
use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionError;
use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding, SagaStart};
use port_contracts::probes::ImportExecutions;
use port_contracts::samples::start_of_saga;
use port_contracts::{import_runs, sagas};
use serde_json::{Value, json};

use crate::cloud;

/// The interval between two queries while an execution ends.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const POLLS_MAX: u32 = 500;

async fn runner(order: Value, cancel: Value) -> (StepFunctionsSagaRunner, SagaArns) {
    let config = recorded_aws::local_cloud();
    let client = Client::new(&config);
    let sagas = SagaArns {
        order: cloud::state_machine(&client, order).await,
        cancel: cloud::state_machine(&client, cancel).await,
    };
    (StepFunctionsSagaRunner::new(&config, sagas.clone()), sagas)
}

fn waits() -> Value {
    json!({ "Type": "Wait", "Seconds": 3_600, "End": true })
}

async fn ended(runner: &StepFunctionsSagaRunner, start: &SagaStart) -> SagaStanding {
    for _ in 0..POLLS_MAX {
        let standing = runner.standing(start.kind, &start.order).await.unwrap();
        if standing != SagaStanding::Running {
            return standing;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    panic!("the execution did not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_saga_runner() {
    let (runner, _) = runner(waits(), waits()).await;
    sagas::saga_runner(Arc::new(runner)).await;
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_saga_that_ended_can_be_started_again_without_effect() {
    let fails = json!({ "Type": "Fail", "Error": "CardGone", "Cause": "unknown" });
    let (runner, sagas) = runner(json!({ "Type": "Succeed" }), fails).await;
    for _ in 0..2 {
        let start = start_of_saga(SagaKind::Order);
        runner.start(&start).await.unwrap();
        assert_eq!(ended(&runner, &start).await, SagaStanding::Succeeded);
    }
    for _ in 0..2 {
        let start = start_of_saga(SagaKind::Cancel);
        runner.start(&start).await.unwrap();
        let parking = Parking {
            execution: format!(
                "{}:order-1-cancel",
                sagas.cancel.replace(":stateMachine:", ":execution:")
            ),
            error: "CardGone".to_owned(),
            cause: "unknown".to_owned(),
        };
        assert_eq!(ended(&runner, &start).await, SagaStanding::Ended(parking));
    }
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn an_execution_gets_both_ids() {
    let (runner, sagas) = runner(waits(), waits()).await;
    let client = Client::new(&recorded_aws::local_cloud());
    runner.start(&start_of_saga(SagaKind::Order)).await.unwrap();
    let execution_arn = format!("{}:order-1", sagas.order.replace(":stateMachine:", ":execution:"));
    let described = client
        .describe_execution()
        .execution_arn(&execution_arn)
        .send()
        .await
        .unwrap();
    let input: Value = serde_json::from_str(&described.input.unwrap()).unwrap();
    assert_eq!(input, json!({ "order_id": "order-1", "correlation_id": "request-1" }));
}

/// Reads the executions of one state machine.
struct Executions {
    client: Client,
    state_machine_arn: String,
}

#[async_trait]
impl ImportExecutions for Executions {
    /// The input of the execution of this name.
    async fn inputs_of(&self, execution: &str) -> Vec<String> {
        let arn = self.state_machine_arn.replace(":stateMachine:", ":execution:");
        let described = self
            .client
            .describe_execution()
            .execution_arn(format!("{arn}:{execution}"))
            .send()
            .await;
        match described {
            Ok(execution) => execution.input.into_iter().collect(),
            Err(error) => {
                let refusal = error.as_service_error();
                assert!(
                    refusal.is_some_and(DescribeExecutionError::is_execution_does_not_exist),
                    "{error:?}"
                );
                Vec::new()
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_import_runner() {
    let config = recorded_aws::local_cloud();
    let client = Client::new(&config);
    let state_machine_arn = cloud::state_machine(&client, waits()).await;
    let runner = StepFunctionsImportRunner::new(&config, state_machine_arn.clone());
    let executions = Executions {
        client,
        state_machine_arn,
    };
    import_runs::import_runner(Arc::new(runner), &executions).await;
}
