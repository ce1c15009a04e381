//! How do sagas run on Step Functions? One execution per order and kind, its name the guard against a second one.

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

/// The state machines, neither version nor alias: `arn:…:stateMachine:{name}`.
#[derive(Debug, Clone)]
pub struct SagaArns {
    pub order: String,
    pub cancel: String,
}

#[derive(Debug, Clone)]
pub struct StepFunctionsSagaRunner {
    client: aws_sdk_sfn::Client,
    sagas: SagaArns,
}

#[derive(Debug, thiserror::Error)]
#[error("the execution has the unknown status {0}")]
struct UnknownStatus(String);

impl StepFunctionsSagaRunner {
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
    /// A start that came more than 90 days late would run the saga again, over steps that each find their work done. None
    /// does: the order stream keeps its events for a day, and the sweep finds an order that waits within the hour.
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let state_machine = self.state_machine(start.kind);
        let name = start.kind.execution_name(&start.order);
        let input = json!(SagaInput::from(start));
        start::once("start saga", &self.client, state_machine, name, &input).await
    }

    /// Eventually consistent: an execution that was started a moment ago may still be `NotStarted`.
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
    /// Step Functions redrives what ended badly within the last 14 days
    /// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html>). A repetition by the
    /// SDK after a lost answer finds the execution running, and so does whoever comes second.
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

/// What there is to say about an execution that did not end badly.
fn without_a_redrive(standing: &SagaStanding) -> Option<Redrive> {
    match standing {
        SagaStanding::Ended(_) => None,
        SagaStanding::Running => Some(Redrive::Running),
        SagaStanding::Succeeded => Some(Redrive::Impossible("it succeeded".to_owned())),
        SagaStanding::NotStarted => Some(Redrive::Impossible("it was never started".to_owned())),
    }
}

/// `arn:{partition}:states:{region}:{account}:stateMachine:{machine}` runs
/// `arn:{partition}:states:{region}:{account}:execution:{machine}:{name}`.
fn execution_arn(state_machine_arn: &str, name: &str) -> String {
    let machine = state_machine_arn.replacen(":stateMachine:", ":execution:", 1);
    format!("{machine}:{name}")
}

fn standing(execution: DescribeExecutionOutput) -> Result<SagaStanding, UnknownStatus> {
    match execution.status {
        // An execution that is about to be redriven is on its way again.
        ExecutionStatus::Running | ExecutionStatus::PendingRedrive => Ok(SagaStanding::Running),
        ExecutionStatus::Succeeded => Ok(SagaStanding::Succeeded),
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted => {
            Ok(SagaStanding::Ended(Parking {
                // The ARN, as in the event that tells of the same end.
                execution: execution.execution_arn,
                // A timeout or an abort need not have an error of its own.
                error: execution.error.unwrap_or_else(|| execution.status.as_str().to_owned()),
                cause: execution.cause.unwrap_or_default(),
            }))
        }
        other => Err(UnknownStatus(other.as_str().to_owned())),
    }
}
