//! Tests of parked orders and redrives.

use domain::fulfilment::parked::{ListParked, ParkedCase, RedriveOrder, RedriveOrderError};
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, ParkedOrder, Parking, PaymentRecord, PaymentRecords, PaymentState, SagaKind,
    SagaStanding, Transition,
};
use domain::values::{OrderStatus, Timestamp};

use super::world::{World, euros, now};

const KINDS: [SagaKind; 2] = [SagaKind::Order, SagaKind::Cancel];

fn parking() -> Parking {
    Parking {
        execution: "execution".to_owned(),
        error: "TransientFailure".to_owned(),
        cause: String::new(),
    }
}

/// Both of the order's executions have ended.
fn ended() -> World {
    let world = World::new();
    for kind in KINDS {
        world.set_saga(kind, SagaStanding::Ended(parking()));
    }
    world
}

async fn parked(kind: SagaKind) -> World {
    let world = ended();
    world.bring(kind.awaited_in());
    let parked = world.memory.park(&world.id, kind, &parking(), now()).await;
    assert_eq!(parked.unwrap(), Transition::Done);
    world
}

/// What came of it, and which executions run.
async fn redriven(world: &World) -> (Result<(), RedriveOrderError>, Vec<SagaKind>) {
    let redrive = RedriveOrder {
        parked: world.memory.clone(),
        redriver: world.memory.clone(),
    };
    let outcome = redrive.run(&world.id).await;
    let standings = world.memory.look(|tables| tables.sagas.standings.clone());
    let runs = |kind: &SagaKind| standings[&kind.execution_name(&world.id)] == SagaStanding::Running;
    (outcome, KINDS.into_iter().filter(runs).collect())
}

#[tokio::test]
async fn an_order_is_redriven_by_the_saga_that_it_waited_for() {
    for kind in KINDS {
        let (outcome, running) = redriven(&parked(kind).await).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(running, [kind]);
    }
}

#[tokio::test]
async fn an_order_that_waited_for_no_saga_redrives_none() {
    for from in OrderStatus::ALL.into_iter().filter(|status| !status.is_open()) {
        let world = parked(SagaKind::Order).await;
        let id = world.id.clone();
        world.memory.change(move |tables| {
            let mut stored = tables.orders.rows[&id].clone();
            stored.parked_from = Some(from);
            tables.orders.put(stored);
        });
        let (outcome, running) = redriven(&world).await;
        assert!(matches!(outcome, Err(RedriveOrderError::ParkedFromNoSaga(status)) if status == from));
        assert!(running.is_empty());
    }
}

#[tokio::test]
async fn an_operator_hears_why_nothing_happens() {
    let world = parked(SagaKind::Order).await;
    world.set_saga(SagaKind::Order, SagaStanding::Running);
    let (outcome, _) = redriven(&world).await;
    assert!(matches!(outcome, Err(RedriveOrderError::AlreadyRunning)));
    let too_old = Some("it ended 20 days ago".to_owned());
    world.memory.change(|tables| tables.sagas.redrive_refused = too_old);
    let (outcome, _) = redriven(&world).await;
    assert!(outcome.unwrap_err().to_string().contains("20 days"));
}

#[tokio::test]
async fn what_is_not_parked_is_left_alone() {
    let (outcome, running) = redriven(&ended()).await;
    assert!(matches!(outcome, Err(RedriveOrderError::NotParked)));
    assert!(running.is_empty());
}

#[tokio::test]
async fn a_case_says_what_we_know_of_its_payment() {
    let world = parked(SagaKind::Order).await;
    let record = PaymentRecord {
        state: PaymentState::Captured,
        amount: euros(25),
        at: Timestamp::from_unix_ms(1),
    };
    world.memory.record(&world.id, record).await.unwrap();
    let list = ListParked {
        parked: world.memory.clone(),
        records: world.memory.clone(),
    };
    let parked = ParkedOrder {
        order: FulfilmentOrder {
            status: OrderStatus::Parked,
            updated_at: now(),
            ..world.order
        },
        parked_from: OrderStatus::Pending,
        parking: parking(),
    };
    let payment = Some(record);
    let listed = list.run().await.unwrap();
    assert_eq!(listed.cases, [ParkedCase { parked, payment }]);
    assert_eq!(listed.unreadable, []);

    world
        .memory
        .change(|tables| tables.orders.damaged.insert(world.id.clone()));
    let listed = list.run().await.unwrap();
    assert_eq!(
        (listed.cases.len(), listed.unreadable[0].key.as_str()),
        (0, "order#order-1")
    );
}
