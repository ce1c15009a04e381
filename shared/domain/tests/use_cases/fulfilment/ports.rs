//! Tests of the value types of the sagas' ports.

use domain::fulfilment::ports::{PaymentState, SagaKind};
use domain::values::{OrderId, OrderStatus};

#[test]
fn a_payment_state_is_read_back_from_its_name() {
    let names = PaymentState::ALL.map(PaymentState::as_str);
    assert_eq!(names, ["AUTHORIZED", "DECLINED", "CAPTURED", "VOIDED", "REFUNDED"]);
    for state in PaymentState::ALL {
        assert_eq!(PaymentState::parse(state.as_str()), Some(state));
    }
    assert_eq!(PaymentState::parse("captured"), None);
}

#[test]
fn an_open_order_waits_for_the_saga_that_is_awaited_in_its_status() {
    for status in OrderStatus::ALL {
        let saga = SagaKind::awaited_by(status);
        assert_eq!(saga.is_some(), status.is_open(), "{status:?}");
        assert_eq!(saga.map(SagaKind::awaited_in), saga.map(|_| status));
    }
}

#[test]
fn a_new_order_and_a_begun_cancel_start_a_saga() {
    let befores = OrderStatus::ALL.map(Some).into_iter().chain([None]);
    for (before, after) in befores.flat_map(|before| OrderStatus::ALL.map(|after| (before, after))) {
        let expected = match (before, after) {
            (None, OrderStatus::Pending) => Some(SagaKind::Order),
            (Some(OrderStatus::Confirmed), OrderStatus::Cancelling) => Some(SagaKind::Cancel),
            _ => None,
        };
        assert_eq!(SagaKind::started_by(before, after), expected, "{before:?} {after:?}");
    }
}

#[test]
fn the_name_of_an_execution_contains_its_order() {
    let order = OrderId::parse("order-1").unwrap();
    assert_eq!(SagaKind::Order.execution_name(&order), "order-1");
    assert_eq!(SagaKind::Cancel.execution_name(&order), "order-1-cancel");
    for kind in SagaKind::ALL {
        let name = kind.execution_name(&order);
        assert_eq!(kind.of_execution_name(&name).as_ref(), Some(&order), "{kind:?}");
    }
    assert_eq!(SagaKind::Cancel.of_execution_name("order-1"), None);
    assert_eq!(SagaKind::Order.of_execution_name("not an id"), None);
}
