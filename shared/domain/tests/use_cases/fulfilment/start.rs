//! Tests of starting a saga.

use domain::fulfilment::ports::{SagaKind, SagaStart};
use domain::fulfilment::start::StartFulfilment;

use super::world::World;

#[tokio::test]
async fn a_repeated_event_starts_one_saga_of_each_kind() {
    let world = World::new();
    let fulfilment = StartFulfilment {
        runner: world.memory.clone(),
    };
    let start = |kind| SagaStart {
        kind,
        order: world.id.clone(),
        correlation_id: world.order.correlation_id.clone(),
    };
    let starts = [start(SagaKind::Order), start(SagaKind::Cancel)];
    for start in starts.iter().chain(&starts) {
        fulfilment.run(start).await.unwrap();
    }
    assert_eq!(world.starts(), starts);
}
