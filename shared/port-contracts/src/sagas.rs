//! The contract of `SagaRunner`.

use std::sync::Arc;

use domain::fulfilment::ports::{SagaKind, SagaRunner, SagaStanding, SagaStart};

use crate::samples::{at_once, correlation, order_id};

/// For a runner whose executions do not end by themselves within the body's time.
pub async fn saga_runner(runner: Arc<dyn SagaRunner>) {
    a_saga_starts_once(runner.as_ref()).await;
    competing_starts_all_succeed(runner).await;
}

fn start(kind: SagaKind) -> SagaStart {
    SagaStart {
        kind,
        order: order_id(),
        correlation_id: correlation("placing.request-1"),
    }
}

async fn a_saga_starts_once(runner: &dyn SagaRunner) {
    let order_saga = start(SagaKind::Order);
    let standing = async |kind| runner.standing(kind, &order_saga.order).await.unwrap();
    assert_eq!(standing(SagaKind::Order).await, SagaStanding::NotStarted);
    for request in ["placing.request-1", "another-request"] {
        let again = SagaStart {
            correlation_id: correlation(request),
            ..order_saga.clone()
        };
        runner.start(&again).await.unwrap();
        assert_eq!(standing(SagaKind::Order).await, SagaStanding::Running);
    }
    assert_eq!(
        standing(SagaKind::Cancel).await,
        SagaStanding::NotStarted,
        "kinds are apart"
    );
    let cancel_saga = SagaStart {
        kind: SagaKind::Cancel,
        ..order_saga.clone()
    };
    runner.start(&cancel_saga).await.unwrap();
    assert_eq!(standing(SagaKind::Cancel).await, SagaStanding::Running);
}

async fn competing_starts_all_succeed(runner: Arc<dyn SagaRunner>) {
    let start = start(SagaKind::Order);
    at_once(|_| {
        let (runner, start) = (Arc::clone(&runner), start.clone());
        async move { runner.start(&start).await.unwrap() }
    })
    .await;
    assert_eq!(
        runner.standing(start.kind, &start.order).await.unwrap(),
        SagaStanding::Running
    );
}
