//! Starts an execution so that a repeated start has no effect.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use domain::ports::PortFailure;
use serde_json::Value;

/// Starts the execution of this name once. A repeated start gets one of two answers, and both mean success: the running
/// execution with the same input, or `ExecutionAlreadyExists` if it has ended or has another input
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>). So a retry of the SDK
/// after a lost answer is harmless. Step Functions forgets a name 90 days after its execution ended.
///
/// Needs `states:StartExecution` on the state machine.
pub(crate) async fn once(
    action: &'static str,
    client: &Client,
    state_machine_arn: &str,
    name: String,
    input: &Value,
) -> Result<(), PortFailure> {
    let started = client
        .start_execution()
        .state_machine_arn(state_machine_arn)
        .name(name)
        .input(input.to_string())
        .send()
        .await;
    let Err(error) = started else {
        return Ok(());
    };
    let refusal = error.as_service_error();
    if refusal.is_some_and(StartExecutionError::is_execution_already_exists) {
        return Ok(());
    }
    Err(aws_errors::failure(action, error))
}
