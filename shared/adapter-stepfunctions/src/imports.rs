//! Starts imports that one invocation cannot finish: one Step Functions execution per version of a file.

use async_trait::async_trait;
use aws_types::SdkConfig;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::ports::ImportRunner;
use domain::ports::PortFailure;
use serde_json::json;
use wire::import::ImportInput;

use crate::start;

/// Starts executions of the import state machine. Needs `states:StartExecution` on it.
#[derive(Debug, Clone)]
pub struct StepFunctionsImportRunner {
    client: aws_sdk_sfn::Client,
    state_machine_arn: String,
}

impl StepFunctionsImportRunner {
    /// The ARN must be that of the state machine, not of a version or an alias: `arn:…:stateMachine:{name}`.
    pub fn new(config: &SdkConfig, state_machine_arn: impl Into<String>) -> Self {
        Self {
            client: aws_sdk_sfn::Client::new(config),
            state_machine_arn: state_machine_arn.into(),
        }
    }
}

#[async_trait]
impl ImportRunner for StepFunctionsImportRunner {
    /// Of two starts, one with ranges and one without, the first wins; both inputs import the same file.
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure> {
        let input = json!(ImportInput::new(job, ranges));
        let name = job.id.execution_name();
        start::once("start import", &self.client, &self.state_machine_arn, name, &input).await
    }
}
