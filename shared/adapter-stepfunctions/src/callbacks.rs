//! Resumes executions that wait for a task token on Step Functions.

use async_trait::async_trait;
use aws_sdk_sfn::operation::send_task_failure::SendTaskFailureError;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use aws_types::SdkConfig;
use domain::fulfilment::payment_results::{PaymentVerdict, SagaCallbacks, WaitToken};
use domain::ports::PortFailure;
use wire::step_fault::StepFault;

/// Completes task tokens. Needs `states:SendTaskSuccess` and `states:SendTaskFailure` on the state machine that waits.
#[derive(Debug, Clone)]
pub struct StepFunctionsSagaCallbacks {
    client: aws_sdk_sfn::Client,
}

impl StepFunctionsSagaCallbacks {
    /// Callbacks with this configuration. Makes no call.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_sfn::Client::new(config),
        }
    }
}

#[async_trait]
impl SagaCallbacks for StepFunctionsSagaCallbacks {
    /// A token whose task was completed, has timed out or was ended with its execution is refused as `TaskTimedOut` or
    /// `TaskDoesNotExist`
    /// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>): the wait is over.
    async fn resume(&self, token: &WaitToken, verdict: PaymentVerdict) -> Result<(), PortFailure> {
        const ACTION: &str = "resume saga";
        match verdict {
            PaymentVerdict::Authorized => {
                let sending = self.client.send_task_success().task_token(token.reveal());
                match sending.output(r#"{"outcome":"AUTHORIZED"}"#).send().await {
                    Err(error) if error.as_service_error().is_some_and(is_over_for_success) => Ok(()),
                    Err(error) => Err(aws_errors::failure(ACTION, error)),
                    Ok(_) => Ok(()),
                }
            }
            PaymentVerdict::Declined => {
                let sending = self.client.send_task_failure().task_token(token.reveal());
                let sending = sending.error(StepFault::PaymentDeclined.as_str());
                match sending.cause("the payment provider declined the payment").send().await {
                    Err(error) if error.as_service_error().is_some_and(is_over_for_failure) => Ok(()),
                    Err(error) => Err(aws_errors::failure(ACTION, error)),
                    Ok(_) => Ok(()),
                }
            }
        }
    }
}

fn is_over_for_success(refusal: &SendTaskSuccessError) -> bool {
    refusal.is_task_timed_out() || refusal.is_task_does_not_exist()
}

fn is_over_for_failure(refusal: &SendTaskFailureError) -> bool {
    refusal.is_task_timed_out() || refusal.is_task_does_not_exist()
}
