//! The contract of `ImportRunner`.

use std::sync::Arc;

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob};
use domain::catalog::ports::ImportRunner;

use crate::import_ports::object;
use crate::probes::ImportExecutions;
use crate::samples::{at_once, correlation, upload_id};

/// For a runner whose executions do not end by themselves within the body's time.
pub async fn import_runner(runner: Arc<dyn ImportRunner>, executions: &dyn ImportExecutions) {
    an_import_starts_once(runner.as_ref(), executions).await;
    every_version_of_a_file_has_its_execution(runner.as_ref(), executions).await;
    competing_starts_all_succeed(runner, executions).await;
}

fn job(sequence: u64) -> ImportJob {
    let upload_id = upload_id();
    ImportJob {
        correlation_id: correlation("announcing.request-1"),
        // A real version's id is a long text without a pattern.
        object: object(
            &upload_id,
            Some("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"),
        ),
        id: ImportId { upload_id, sequence },
    }
}

async fn an_import_starts_once(runner: &dyn ImportRunner, executions: &dyn ImportExecutions) {
    let job = job(999_999_999_999_999);
    let name = job.id.execution_name();
    assert!(executions.inputs_of(&name).await.is_empty());
    runner.start(&job, None).await.unwrap();
    let inputs = executions.inputs_of(&name).await;
    assert_eq!(inputs.len(), 1);
    for part in [
        job.id.upload_id.as_str(),
        "999999999999999",
        "announcing.request-1",
        &job.object.key,
        "rHY+MTRC",
    ] {
        assert!(inputs[0].contains(part), "{part} is in {}", inputs[0]);
    }
    let whole = FileRange::whole(&job.object);
    for ranges in [None, Some([whole].as_slice())] {
        runner.start(&job, ranges).await.unwrap();
        assert_eq!(executions.inputs_of(&name).await, inputs, "the first start stays");
    }
}

async fn every_version_of_a_file_has_its_execution(runner: &dyn ImportRunner, executions: &dyn ImportExecutions) {
    let older = job(7);
    let mut newer = older.clone();
    newer.id.sequence = 8;
    let ranges = [
        FileRange {
            index: 0,
            begin: RecordStart::FIRST,
            end: 123_456,
        },
        FileRange {
            index: 1,
            begin: RecordStart {
                byte_offset: 123_456,
                line: 789,
            },
            end: 5_000_000_000,
        },
    ];
    runner.start(&older, Some(&ranges)).await.unwrap();
    assert!(executions.inputs_of(&newer.id.execution_name()).await.is_empty());
    runner.start(&newer, None).await.unwrap();
    let inputs = executions.inputs_of(&older.id.execution_name()).await;
    assert_eq!(inputs.len(), 1);
    for number in ["123456", "789", "5000000000"] {
        assert!(inputs[0].contains(number), "{number} is in {}", inputs[0]);
    }
    assert_eq!(executions.inputs_of(&newer.id.execution_name()).await.len(), 1);
}

async fn competing_starts_all_succeed(runner: Arc<dyn ImportRunner>, executions: &dyn ImportExecutions) {
    let job = job(1);
    at_once(|_| {
        let (runner, job) = (Arc::clone(&runner), job.clone());
        async move { runner.start(&job, None).await.unwrap() }
    })
    .await;
    assert_eq!(executions.inputs_of(&job.id.execution_name()).await.len(), 1);
}
