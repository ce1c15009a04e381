//! Tests of the stored order: what each change of its status alters.

use domain::fulfilment::ports::{Parking, SagaKind, Transition};
use domain::fulfilment::status_change::StatusChange;
use domain::stored_order::StoredOrder;
use domain::values::{CorrelationId, OrderStatus, RejectionReason, Timestamp};

fn stored(status: OrderStatus) -> StoredOrder {
    StoredOrder::new(super::order("ann", 1, status))
}

fn parking() -> Parking {
    Parking {
        execution: "execution".to_owned(),
        error: "States.Timeout".to_owned(),
        cause: String::new(),
    }
}

#[test]
fn a_rejected_order_has_its_reason() {
    let at = Timestamp::from_unix_ms(2);
    let change = StatusChange::Reject(RejectionReason::OutOfStock);
    let after = stored(OrderStatus::Pending).changed(change.clone(), at).unwrap();
    assert_eq!(
        (after.order.status, after.order.reason, after.order.updated_at),
        (OrderStatus::Rejected, Some(RejectionReason::OutOfStock), at)
    );
    assert_eq!(after.changed(change, at), Err(Transition::AlreadyDone));
    assert_eq!(
        after.changed(StatusChange::Confirm, at),
        Err(Transition::Refused(OrderStatus::Rejected))
    );
}

#[test]
fn a_parked_order_keeps_its_status_before_until_it_changes_again() {
    let at = Timestamp::from_unix_ms(2);
    let park = StatusChange::Park(SagaKind::Order, parking());
    let parked = stored(OrderStatus::Pending).changed(park, at).unwrap();
    assert_eq!(
        (parked.order.status, parked.parked_from, parked.parking.clone()),
        (OrderStatus::Parked, Some(OrderStatus::Pending), Some(parking()))
    );
    let case = parked.clone().into_parked().unwrap();
    assert_eq!((case.parked_from, case.parking), (OrderStatus::Pending, parking()));
    let confirmed = parked.changed(StatusChange::Confirm, at).unwrap();
    assert_eq!(
        (confirmed.order.status, confirmed.parked_from),
        (OrderStatus::Confirmed, None)
    );
    assert_eq!(confirmed.parking, Some(parking()), "kept for operators");
    assert_eq!(confirmed.into_parked(), None);
}

#[test]
fn only_a_confirmed_order_begins_to_be_cancelled() {
    let (request, at) = (CorrelationId::parse("request-2").unwrap(), Timestamp::from_unix_ms(2));
    for status in OrderStatus::ALL {
        let after = stored(status).cancelling(&request, at);
        assert_eq!(after.is_some(), status == OrderStatus::Confirmed, "{status:?}");
        if let Some(after) = after {
            assert_eq!(
                (after.order.status, after.order.updated_at),
                (OrderStatus::Cancelling, at)
            );
            assert_eq!(after.cancel_correlation_id, Some(request.clone()));
        }
    }
}
