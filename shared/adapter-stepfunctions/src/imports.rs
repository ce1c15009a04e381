//! How do imports that are too much for one invocation run on Step Functions? One execution per version of a file.

use async_trait::async_trait;
use aws_types::SdkConfig;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::ports::ImportRunner;
use domain::ports::PortFailure;
use serde_json::json;
use wire::import::ImportInput;

use crate::start;

/// Needs `states:StartExecution` on the state machine.
#[derive(Debug, Clone)]
pub struct StepFunctionsImportRunner {
    client: aws_sdk_sfn::Client,
    state_machine_arn: String,
}

impl StepFunctionsImportRunner {
    /// The state machine, neither version nor alias: `arn:…:stateMachine:{name}`.
    pub fn new(config: &SdkConfig, state_machine_arn: impl Into<String>) -> Self {
        Self {
            client: aws_sdk_sfn::Client::new(config),
            state_machine_arn: state_machine_arn.into(),
        }
    }
}

#[async_trait]
impl ImportRunner for StepFunctionsImportRunner {
    /// Of two who start it, one with ranges and one without, the first decides; either input makes the same import.
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure> {
        let input = json!(ImportInput::new(job, ranges));
        let name = job.id.execution_name();
        start::once("start import", &self.client, &self.state_machine_arn, name, &input).await
    }
}
