//! Tests of the handler over the shop in memory: which changes of orders start a saga.

use domain::fulfilment::ports::SagaStanding;
use function_tests::{ORDER, OTHER_ORDER, World, event};
use serde_json::{Value, json};

use super::*;

async fn answer(world: &World, event: Value) -> Value {
    let start = StartFulfilment::from(&world.shop.ports);
    let reply = handle(world.invocation_of("saga-start", event), &start).await;
    reply.unwrap()
}

fn saga(kind: SagaKind, order: &str, correlation_id: &str) -> SagaStart {
    SagaStart {
        kind,
        order: OrderId::parse(order).unwrap(),
        correlation_id: CorrelationId::parse(correlation_id).unwrap(),
    }
}

#[tokio::test]
async fn changes_of_orders_start_one_saga_each() {
    let world = World::open();
    for _ in 0..2 {
        assert_eq!(
            answer(&world, event("saga-start")).await,
            json!({"batchItemFailures": []})
        );
    }
    let started = [
        saga(SagaKind::Order, ORDER, "req-7f3a2b10"),
        saga(SagaKind::Cancel, OTHER_ORDER, "req-9d8c7b6a"),
    ];
    world.memory.look(|tables| {
        assert_eq!(tables.sagas.starts, started);
        for name in [ORDER, &format!("{OTHER_ORDER}-cancel")] {
            assert_eq!(tables.sagas.standings[name], SagaStanding::Running);
        }
    });
}

#[tokio::test]
async fn a_stream_record_that_cannot_be_read_holds_up_what_comes_after_it() {
    let world = World::open();
    let answer = answer(&world, event("saga-start.rejected")).await;
    let failures = json!([{"itemIdentifier": "4421584500000000017450439094"}]);
    assert_eq!(answer, json!({"batchItemFailures": failures}));
    let started = [saga(SagaKind::Order, ORDER, "req-7f3a2b10")];
    assert_eq!(world.memory.look(|tables| tables.sagas.starts.clone()), started);
}

#[tokio::test]
async fn a_change_that_starts_nothing_is_passed_over() {
    let world = World::open();
    for (record, pointer, value) in [
        (0, "/dynamodb/NewImage/kind/S", "IDEMPOTENCY"),
        (0, "/dynamodb/NewImage/status/S", "CONFIRMED"),
        (0, "/eventName", "MODIFY"),
        (1, "/dynamodb/OldImage/status/S", "CANCELLING"),
        (1, "/dynamodb/NewImage/status/S", "PARKED"),
    ] {
        let mut change = event("saga-start")["Records"][record].take();
        *change.pointer_mut(pointer).unwrap() = json!(value);
        let answer = answer(&world, json!({"Records": [change]})).await;
        assert_eq!(answer, json!({"batchItemFailures": []}), "{pointer}");
    }
    assert!(world.memory.look(|tables| tables.sagas.starts.is_empty()));
}
