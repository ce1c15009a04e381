//! The contract of `OrderBook`.

use std::sync::Arc;

use domain::fulfilment::ports::{FulfilmentOrder, OverduePosition, OverdueQuery, Parking, SagaKind, Transition};
use domain::orders::order::Order;
use domain::stored_order::StoredOrder;
use domain::values::{Actor, ORDER_EVENTS_MAX, OrderId, OrderStatus, RejectionReason};

use crate::orders::OrderPorts;
use crate::samples::{at, at_once, correlation, customer, order, order_id, place};

/// The ways that lead to every standing, as calls after `place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Confirm,
    Reject,
    BeginCancelling,
    CompleteCancel,
    Park,
}

/// The contract of [`OrderBook`](domain::fulfilment::ports::OrderBook).
pub async fn order_book(ports: &OrderPorts) {
    an_order_is_read_with_what_fulfilment_needs(ports).await;
    a_finished_order_keeps_no_payment_token(ports).await;
    a_cancelled_order_is_read_with_the_id_of_its_cancel(ports).await;
    every_change_obeys_the_table(ports).await;
    an_unknown_order_is_not_found(ports).await;
    a_saga_parks_no_order_that_waits_for_another(ports).await;
    a_change_is_in_the_stream_once(ports).await;
    competing_ends_are_exclusive(ports).await;
    every_change_adds_one_event_to_the_history(ports).await;
    overdue_orders_are_the_open_ones_oldest_first(ports).await;
}

async fn an_order_is_read_with_what_fulfilment_needs(ports: &OrderPorts) {
    let order = placed(ports).await;
    ports
        .book
        .reject(&order.id, RejectionReason::CaptureRefused, at(9))
        .await
        .unwrap();
    let expected = FulfilmentOrder {
        status: OrderStatus::Rejected,
        reason: Some(RejectionReason::CaptureRefused),
        updated_at: at(9),
        payment_token: None,
        ..StoredOrder::new(order.clone()).into()
    };
    assert_eq!(ports.book.find(&order.id).await.unwrap(), Some(expected));
}

/// The token is worth money: nobody needs it once the order is finished.
async fn a_finished_order_keeps_no_payment_token(ports: &OrderPorts) {
    use Call::{BeginCancelling, CompleteCancel, Confirm, Park, Reject};
    for (calls, has_token) in [
        (&[][..], true),
        (&[Park], true),
        (&[Confirm], false),
        (&[Park, Confirm], false),
        (&[Reject], false),
        (&[Confirm, BeginCancelling], false),
        (&[Confirm, BeginCancelling, Park], false),
        (&[Confirm, BeginCancelling, CompleteCancel], false),
    ] {
        let order = placed(ports).await;
        for call in calls {
            make(ports, &order, *call).await;
        }
        let stored = ports.book.find(&order.id).await.unwrap().unwrap();
        let expected = order.payment_token.as_ref().filter(|_| has_token);
        assert_eq!(stored.payment_token.as_ref(), expected, "{calls:?}");
        let shown = ports.orders.find(&order.id).await.unwrap().unwrap();
        assert_eq!(shown.payment_token.as_ref(), expected, "{calls:?}");
    }
}

/// A cancel that is started again logs under the id of the request that asked for it.
async fn a_cancelled_order_is_read_with_the_id_of_its_cancel(ports: &OrderPorts) {
    let order = placed(ports).await;
    make(ports, &order, Call::Confirm).await;
    make(ports, &order, Call::BeginCancelling).await;
    let cancelling = ports.book.find(&order.id).await.unwrap().unwrap();
    let request = correlation("cancelling.request-1");
    assert_eq!(cancelling.cancel_correlation_id.as_ref(), Some(&request));
    assert_eq!(cancelling.correlation_id_of(SagaKind::Cancel), &request);
    assert_eq!(cancelling.correlation_id_of(SagaKind::Order), &order.correlation_id);
}

/// The table in the port's documentation, cell by cell.
async fn every_change_obeys_the_table(ports: &OrderPorts) {
    use Call::{BeginCancelling, CompleteCancel, Confirm, Park, Reject};
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
    use Transition::{AlreadyDone, Done, Refused};
    let rows: [(&[Call], [Transition; 4]); 8] = [
        // After these calls      confirm, reject, complete_cancel, park
        (&[], [Done, Done, Refused(Pending), Done]),
        (
            &[Confirm],
            [AlreadyDone, Refused(Confirmed), Refused(Confirmed), Refused(Confirmed)],
        ),
        (
            &[Reject],
            [Refused(Rejected), AlreadyDone, Refused(Rejected), Refused(Rejected)],
        ),
        (
            &[Confirm, BeginCancelling],
            [AlreadyDone, Refused(Cancelling), Done, Done],
        ),
        (
            &[Confirm, BeginCancelling, CompleteCancel],
            [AlreadyDone, Refused(Cancelled), AlreadyDone, Refused(Cancelled)],
        ),
        (&[Park], [Done, Done, Refused(Parked), AlreadyDone]),
        (
            &[Confirm, BeginCancelling, Park],
            [AlreadyDone, Refused(Parked), Done, AlreadyDone],
        ),
        // Parked, led on by a redrive, and further: the parking is forgotten.
        (
            &[Park, Confirm, BeginCancelling],
            [AlreadyDone, Refused(Cancelling), Done, Done],
        ),
    ];
    for (before, expected) in rows {
        for (call, expected) in [Confirm, Reject, CompleteCancel, Park].into_iter().zip(expected) {
            let order = placed(ports).await;
            for earlier in before {
                assert_eq!(make(ports, &order, *earlier).await, Done, "{earlier:?} in {before:?}");
            }
            let status = status_of(ports, &order.id).await;
            assert_eq!(make(ports, &order, call).await, expected, "{call:?} after {before:?}");
            let status_now = status_of(ports, &order.id).await;
            if expected == Done {
                assert_eq!(status_now, target(call), "{call:?} after {before:?}");
                assert_eq!(
                    make(ports, &order, call).await,
                    AlreadyDone,
                    "{call:?} repeated after {before:?}"
                );
            } else {
                assert_eq!(status_now, status, "{call:?} after {before:?} changes nothing");
            }
        }
    }
}

async fn an_unknown_order_is_not_found(ports: &OrderPorts) {
    let id = order_id();
    let book = &ports.book;
    assert_eq!(book.find(&id).await.unwrap(), None);
    assert_eq!(book.confirm(&id, at(1)).await.unwrap(), Transition::NotFound);
    assert_eq!(
        book.reject(&id, RejectionReason::OutOfStock, at(1)).await.unwrap(),
        Transition::NotFound
    );
    assert_eq!(book.complete_cancel(&id, at(1)).await.unwrap(), Transition::NotFound);
    let parked = book.park(&id, SagaKind::Order, &parking(), at(1)).await;
    assert_eq!(parked.unwrap(), Transition::NotFound);
}

async fn a_saga_parks_no_order_that_waits_for_another(ports: &OrderPorts) {
    for (before, saga) in [
        (&[][..], SagaKind::Cancel),
        (&[Call::Confirm, Call::BeginCancelling][..], SagaKind::Order),
    ] {
        let order = placed(ports).await;
        for call in before {
            make(ports, &order, *call).await;
        }
        let status = status_of(ports, &order.id).await;
        let late = ports.book.park(&order.id, saga, &parking(), at(2)).await.unwrap();
        assert_eq!(late, Transition::Refused(status));
        assert_eq!(status_of(ports, &order.id).await, status);
    }
}

async fn a_change_is_in_the_stream_once(ports: &OrderPorts) {
    let order = placed(ports).await;
    for call in [Call::Park, Call::Park, Call::Confirm, Call::Confirm, Call::Reject] {
        make(ports, &order, call).await;
    }
    assert_eq!(
        ports.changes.statuses_of(&order.id).await,
        ["PENDING", "PARKED", "CONFIRMED"]
    );
}

/// Every path through the statuses, each with repetitions and refused changes that must add nothing.
async fn every_change_adds_one_event_to_the_history(ports: &OrderPorts) {
    use Actor::{Customer, Operator, Saga};
    use Call::{BeginCancelling, CompleteCancel, Confirm, Park, Reject};
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
    type Path = (&'static [Call], &'static [(OrderStatus, Actor)]);
    let paths: [Path; 5] = [
        (&[], &[]),
        (&[Reject, Reject, Confirm], &[(Rejected, Saga)]),
        (&[Park, Park, Reject], &[(Parked, Saga), (Rejected, Operator)]),
        (
            &[
                Confirm,
                Confirm,
                Reject,
                BeginCancelling,
                BeginCancelling,
                CompleteCancel,
            ],
            &[(Confirmed, Saga), (Cancelling, Customer), (Cancelled, Saga)],
        ),
        (
            &[Park, Confirm, BeginCancelling, Park, CompleteCancel, CompleteCancel],
            &[
                (Parked, Saga),
                (Confirmed, Operator),
                (Cancelling, Customer),
                (Parked, Saga),
                (Cancelled, Operator),
            ],
        ),
    ];
    for (calls, expected) in paths {
        let order = placed(ports).await;
        for call in calls {
            make(ports, &order, *call).await;
        }
        let later = expected.iter().map(|(status, by)| (at(1), *status, *by));
        let expected: Vec<_> = std::iter::once((at(0), Pending, Customer)).chain(later).collect();
        let history = ports.orders.history(&order.id).await.unwrap().unwrap();
        let recorded = history.recorded.iter().map(|event| (event.at, event.status, event.by));
        assert_eq!(recorded.collect::<Vec<_>>(), expected, "{calls:?}");
        for event in &history.recorded {
            let reason = (event.status == Rejected).then_some(RejectionReason::OutOfStock);
            assert_eq!(event.reason, reason, "{calls:?}");
        }
        assert!(expected.len() <= ORDER_EVENTS_MAX, "{calls:?}");
        assert_eq!(
            Some(history.order),
            ports.orders.find(&order.id).await.unwrap(),
            "{calls:?}"
        );
    }
    assert_eq!(ports.orders.history(&order_id()).await.unwrap(), None);
}

async fn competing_ends_are_exclusive(ports: &OrderPorts) {
    let order = placed(ports).await;
    let answers = at_once(|number| {
        let (book, id) = (Arc::clone(&ports.book), order.id.clone());
        async move {
            let confirms = number % 2 == 0;
            let answer = if confirms {
                book.confirm(&id, at(1)).await
            } else {
                book.reject(&id, RejectionReason::OutOfStock, at(1)).await
            };
            (confirms, answer.unwrap())
        }
    })
    .await;
    let done: Vec<_> = answers
        .iter()
        .filter(|(_, answer)| *answer == Transition::Done)
        .collect();
    assert_eq!(done.len(), 1, "{answers:?}");
    let confirmed = done[0].0;
    for (confirms, answer) in &answers {
        let refused = matches!(answer, Transition::Refused(_));
        assert_eq!(refused, *confirms != confirmed, "{answers:?}");
    }
    assert_eq!(ports.changes.statuses_of(&order.id).await.len(), 2);
    let history = ports.orders.history(&order.id).await.unwrap().unwrap();
    assert_eq!(history.recorded.len(), 2, "the loser's event is not there");
}

async fn overdue_orders_are_the_open_ones_oldest_first(ports: &OrderPorts) {
    let pending = placed(ports).await;
    let cancelling = placed(ports).await;
    let confirmed = placed(ports).await;
    let parked = placed(ports).await;
    for order in [&cancelling, &confirmed] {
        ports.book.confirm(&order.id, at(1)).await.unwrap();
    }
    let request = correlation("cancelling.request-1");
    ports
        .orders
        .begin_cancelling(&cancelling.id, &cancelling.customer, &request, at(2))
        .await
        .unwrap();
    ports
        .book
        .park(&parked.id, SagaKind::Order, &parking(), at(1))
        .await
        .unwrap();

    let ours = [&pending, &cancelling, &confirmed, &parked].map(|order| order.id.clone());
    let overdue = async |seconds| {
        let page = ports.book.overdue(&overdue_query(seconds, None, 10_000)).await.unwrap();
        assert_eq!((page.unreadable, page.next), (Vec::new(), None));
        let found = page.orders;
        let times: Vec<_> = found.iter().map(|order| order.updated_at).collect();
        assert!(times.is_sorted(), "oldest first");
        let ids = found.into_iter().map(|order| order.id);
        ids.filter(|id| ours.contains(id)).collect::<Vec<_>>()
    };
    assert_eq!(overdue(0).await, [], "changed at that very moment");
    assert_eq!(overdue(1).await, std::slice::from_ref(&pending.id));
    assert_eq!(overdue(3).await, [pending.id, cancelling.id]);
    let first = ports.book.overdue(&overdue_query(3, None, 1)).await.unwrap();
    assert_eq!(first.orders.len(), 1);
    overdue_orders_come_page_by_page(ports).await;
}

async fn overdue_orders_come_page_by_page(ports: &OrderPorts) {
    let all = ports
        .book
        .overdue(&overdue_query(3, None, 10_000))
        .await
        .unwrap()
        .orders;
    let (mut paged, mut after) = (Vec::new(), None);
    for _ in 0..=all.len() {
        let page = ports.book.overdue(&overdue_query(3, after, 1)).await.unwrap();
        paged.extend(page.orders);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(after, None, "the last page says so");
    assert_eq!(paged, all);
}

fn overdue_query(seconds: u64, after: Option<OverduePosition>, limit: usize) -> OverdueQuery {
    OverdueQuery {
        before: at(seconds),
        after,
        limit,
    }
}

pub(crate) async fn placed(ports: &OrderPorts) -> Order {
    let order = order(&customer(), at(0));
    place(ports.orders.as_ref(), ports.keys.as_ref(), &order).await;
    order
}

async fn status_of(ports: &OrderPorts, id: &OrderId) -> OrderStatus {
    ports.book.find(id).await.unwrap().expect("the order was placed").status
}

pub(crate) async fn make(ports: &OrderPorts, order: &Order, call: Call) -> Transition {
    let (book, id) = (&ports.book, &order.id);
    match call {
        Call::Confirm => book.confirm(id, at(1)).await.unwrap(),
        Call::Reject => book.reject(id, RejectionReason::OutOfStock, at(1)).await.unwrap(),
        Call::CompleteCancel => book.complete_cancel(id, at(1)).await.unwrap(),
        // By the saga that it waits for, if it waits for one.
        Call::Park => {
            let saga = SagaKind::awaited_by(status_of(ports, id).await);
            book.park(id, saga.unwrap_or(SagaKind::Order), &parking(), at(1))
                .await
                .unwrap()
        }
        Call::BeginCancelling => {
            let request = correlation("cancelling.request-1");
            ports
                .orders
                .begin_cancelling(id, &order.customer, &request, at(1))
                .await
                .unwrap();
            Transition::Done
        }
    }
}

fn target(call: Call) -> OrderStatus {
    match call {
        Call::Confirm => OrderStatus::Confirmed,
        Call::Reject => OrderStatus::Rejected,
        Call::BeginCancelling => OrderStatus::Cancelling,
        Call::CompleteCancel => OrderStatus::Cancelled,
        Call::Park => OrderStatus::Parked,
    }
}

pub(crate) fn parking() -> Parking {
    Parking {
        execution: "execution-1".to_owned(),
        error: "States.Timeout".to_owned(),
        cause: String::new(),
    }
}
