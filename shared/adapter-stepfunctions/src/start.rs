//! How is an execution started so that a repetition does not start a second one?

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use domain::ports::PortFailure;
use serde_json::Value;

/// Whoever comes second gets one of two answers, and both mean success: the execution that is running under this name
/// with the same input, or `ExecutionAlreadyExists` when it has ended or was given another input
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>). So a repetition by the SDK
/// after a lost answer is harmless as well. A name is forgotten 90 days after its execution ended.
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
