//! Tests of redrives: a failed execution resumes where it stopped, and its journal is kept as long as it can be
//! redriven.

use super::*;

#[tokio::test]
async fn an_execution_that_failed_goes_on_where_it_stopped() {
    let shop = Shop::open().await;
    shop.start(SagaKind::Cancel).await;
    let steps = Arc::new(Steps::failing("SagaCancelOrder"));
    let process = shop.process(steps.clone()).await;
    shop.ended(Workflow::OrderCancel, "order-1-cancel").await;
    assert_eq!(
        (steps.calls("SagaRefundPayment"), steps.calls("SagaReleaseStock")),
        (1, 1)
    );
    drop(process);

    // In another process, which may be days later.
    let steps = Arc::new(Steps::default());
    let _process = shop.process(steps.clone()).await;
    assert_eq!(shop.redrive(SagaKind::Cancel, "order-1").await, Redrive::Redriven);
    let execution = shop.ended(Workflow::OrderCancel, "order-1-cancel").await;
    assert_eq!((execution.status, execution.error), (ExecutionStatus::Succeeded, None));
    assert_eq!(
        (steps.calls("SagaRefundPayment"), steps.calls("SagaReleaseStock")),
        (0, 0)
    );
    assert_eq!(
        (steps.calls("SagaCancelOrder"), steps.calls("SagaNotifyCustomer")),
        (1, 1)
    );
    assert_eq!(shop.count("SELECT count(*) FROM execution_journal").await, 0);
}

#[tokio::test]
async fn what_runs_succeeded_or_is_too_old_is_not_redriven() {
    let shop = Shop::open().await;
    let impossible = |redrive: Redrive| matches!(redrive, Redrive::Impossible(_));
    assert!(
        impossible(shop.redrive(SagaKind::Order, "order-1").await),
        "never started"
    );

    shop.start(SagaKind::Order).await;
    assert_eq!(shop.redrive(SagaKind::Order, "order-1").await, Redrive::Running);
    let _process = shop.process(Arc::new(Steps::default())).await;
    shop.ended(Workflow::OrderSaga, "order-1").await;
    assert!(
        impossible(shop.redrive(SagaKind::Order, "order-1").await),
        "it succeeded"
    );

    shop.age("UPDATE executions SET status = 'FAILED', ended_at = 1").await;
    assert!(impossible(shop.redrive(SagaKind::Order, "order-1").await), "long ago");
}

#[tokio::test]
async fn journals_that_nobody_can_redrive_any_more_are_forgotten() {
    const JOURNAL: &str = "SELECT count(*) FROM execution_journal";
    let shop = Shop::open().await;
    shop.start(SagaKind::Cancel).await;
    let steps = Arc::new(Steps::failing("SagaCancelOrder"));
    let process = shop.process(steps.clone()).await;
    shop.ended(Workflow::OrderCancel, "order-1-cancel").await;
    drop(process);
    drop(shop.process(steps.clone()).await);
    assert!(shop.count(JOURNAL).await > 0, "kept for a redrive");
    shop.age("UPDATE executions SET ended_at = 1").await;
    drop(shop.process(steps.clone()).await);
    assert_eq!(shop.count(JOURNAL).await, 0);
}
