//! Starts, describes and redrives sagas on Step Functions: one execution per order and kind, with a unique name.

use async_trait::async_trait;
use aws_sdk_sfn::operation::describe_execution::{DescribeExecutionError, DescribeExecutionOutput};
use aws_sdk_sfn::operation::redrive_execution::RedriveExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use aws_types::SdkConfig;
use domain::fulfilment::ports::{Parking, Redrive, SagaKind, SagaRedriver, SagaRunner, SagaStanding, SagaStart};
use domain::ports::PortFailure;
use domain::values::OrderId;
use serde_json::json;
use wire::saga::SagaInput;

use crate::start;

/// The ARNs of the state machines, not of versions or aliases: `arn:…:stateMachine:{name}`.
#[derive(Debug, Clone)]
pub struct SagaArns {
    /// Fulfils orders.
    pub order: String,
    /// Cancels orders.
    pub cancel: String,
}

/// Runs sagas. Needs `states:StartExecution` on the state machines; `states:DescribeExecution` and
/// `states:RedriveExecution` on their executions, for the methods that call these.
#[derive(Debug, Clone)]
pub struct StepFunctionsSagaRunner {
    client: aws_sdk_sfn::Client,
    sagas: SagaArns,
}

#[derive(Debug, thiserror::Error)]
#[error("the execution has an unknown status: {0}")]
struct UnknownStatus(String);

impl StepFunctionsSagaRunner {
    /// A runner with these state machines. Makes no call.
    pub fn new(config: &SdkConfig, sagas: SagaArns) -> Self {
        Self {
            client: aws_sdk_sfn::Client::new(config),
            sagas,
        }
    }

    fn state_machine(&self, kind: SagaKind) -> &str {
        match kind {
            SagaKind::Order => &self.sagas.order,
            SagaKind::Cancel => &self.sagas.cancel,
        }
    }
}

#[async_trait]
impl SagaRunner for StepFunctionsSagaRunner {
    /// Step Functions forgets names after 90 days, so a later start would run the saga again, without further effect:
    /// each step finds its work done. It does not happen: the order stream keeps its events for a day, and
    /// saga-reconcile finds a waiting order within the hour.
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let state_machine = self.state_machine(start.kind);
        let name = start.kind.execution_name(&start.order);
        let input = json!(SagaInput::from(start));
        start::once("start saga", &self.client, state_machine, name, &input).await
    }

    /// Eventually consistent: a new execution may still be `NotStarted`.
    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        const ACTION: &str = "describe saga";
        let described = self
            .client
            .describe_execution()
            .execution_arn(execution_arn(self.state_machine(kind), &kind.execution_name(order)))
            .send()
            .await;
        let error = match described {
            Ok(execution) => {
                return standing(execution).map_err(|unknown| PortFailure::transient(ACTION, unknown));
            }
            Err(error) => error,
        };
        let refusal = error.as_service_error();
        if refusal.is_some_and(DescribeExecutionError::is_execution_does_not_exist) {
            return Ok(SagaStanding::NotStarted);
        }
        Err(aws_errors::failure(ACTION, error))
    }
}

#[async_trait]
impl SagaRedriver for StepFunctionsSagaRunner {
    /// Step Functions can redrive an execution for 14 days after it failed
    /// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html>). A retry of the SDK
    /// after a lost answer finds the execution running, and so does a second caller.
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure> {
        let standing = self.standing(kind, order).await?;
        if let Some(answer) = without_a_redrive(&standing) {
            return Ok(answer);
        }
        let redriven = self
            .client
            .redrive_execution()
            .execution_arn(execution_arn(self.state_machine(kind), &kind.execution_name(order)))
            .send()
            .await;
        let Err(error) = redriven else {
            return Ok(Redrive::Redriven);
        };
        let Some(RedriveExecutionError::ExecutionNotRedrivable(refusal)) = error.as_service_error() else {
            return Err(aws_errors::failure("redrive saga", error));
        };
        let reason = refusal.message().unwrap_or("Step Functions gives no reason").to_owned();
        let standing = self.standing(kind, order).await?;
        Ok(without_a_redrive(&standing).unwrap_or(Redrive::Impossible(reason)))
    }
}

/// The answer for an execution that did not fail, and therefore is not redriven.
fn without_a_redrive(standing: &SagaStanding) -> Option<Redrive> {
    match standing {
        SagaStanding::Ended(_) => None,
        SagaStanding::Running => Some(Redrive::Running),
        SagaStanding::Succeeded => Some(Redrive::Impossible("the execution succeeded".to_owned())),
        SagaStanding::NotStarted => Some(Redrive::Impossible("the execution was never started".to_owned())),
    }
}

/// The ARN of an execution: `arn:{partition}:states:{region}:{account}:execution:{machine}:{name}` for the state
/// machine `arn:{partition}:states:{region}:{account}:stateMachine:{machine}`.
fn execution_arn(state_machine_arn: &str, name: &str) -> String {
    let machine = state_machine_arn.replacen(":stateMachine:", ":execution:", 1);
    format!("{machine}:{name}")
}

fn standing(execution: DescribeExecutionOutput) -> Result<SagaStanding, UnknownStatus> {
    match execution.status {
        // An execution that waits for its redrive counts as running.
        ExecutionStatus::Running | ExecutionStatus::PendingRedrive => Ok(SagaStanding::Running),
        ExecutionStatus::Succeeded => Ok(SagaStanding::Succeeded),
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted => {
            Ok(SagaStanding::Ended(Parking {
                // The ARN, as in the status change event of the same execution.
                execution: execution.execution_arn,
                // A timeout or an abort may come without an error.
                error: execution.error.unwrap_or_else(|| execution.status.as_str().to_owned()),
                cause: execution.cause.unwrap_or_default(),
            }))
        }
        other => Err(UnknownStatus(other.as_str().to_owned())),
    }
}
