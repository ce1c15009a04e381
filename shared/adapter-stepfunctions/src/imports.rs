//! How do imports that are too much for one invocation run on Step Functions? One execution per version of a file.

use async_trait::async_trait;
use aws_types::SdkConfig;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::ports::ImportRunner;
use domain::ports::PortFailure;
use serde_json::{Value, json};

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
        let mut input = json!({
            "upload_id": job.id.upload_id.as_str(),
            "sequence": job.id.sequence,
            "object": {
                "key": job.object.key,
                "version_id": job.object.version_id,
                "size_bytes": job.object.size_bytes,
            },
        });
        // Left out where nobody knows them: what is null exists, to a state machine.
        if let Some(ranges) = ranges {
            input["ranges"] = ranges.iter().map(range).collect();
        }
        let name = job.id.execution_name();
        start::once("start import", &self.client, &self.state_machine_arn, name, &input).await
    }
}

fn range(range: &FileRange) -> Value {
    json!({
        "index": range.index,
        "begin": range.begin.byte_offset,
        "line": range.begin.line,
        "end": range.end,
    })
}
