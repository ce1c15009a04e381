//! Finds what is wrong with the history of an order: it must agree with the order, and with the stream of its changes.

use domain::stored_order::StoredOrder;
use domain::values::{Actor, OrderEvent, OrderStatus};

/// The fault of the history that the order has after its latest change, if there is one. `statuses` are those of all
/// changes of this order in the stream, the latest included.
pub(crate) fn fault(stored: &StoredOrder, statuses: &[&str]) -> Option<String> {
    let StoredOrder { order, history, .. } = stored;
    let recorded: Vec<&str> = history.iter().map(|event| event.status.as_str()).collect();
    if recorded != statuses {
        return Some(format!("it has {recorded:?}, and the stream has {statuses:?}"));
    }
    if history.first() != Some(&OrderEvent::placed(order.created_at)) {
        return Some(format!("it begins with {:?}", history.first()));
    }
    let last = history.last().map(|last| (last.at, last.status, last.reason));
    if last != Some((order.updated_at, order.status, order.reason)) {
        return Some(format!(
            "it ends with {last:?}, and the order is {}",
            order.status.as_str()
        ));
    }
    // A function that was frozen writes with the time of its start, so stored times may go back. Shown times never do.
    let shown = stored.clone().into_history().complete();
    let is_whole = shown.iter().map(|event| event.status.as_str()).eq(recorded);
    if !is_whole || !shown.is_sorted_by_key(|event| event.at) {
        return Some(format!("it is shown as {shown:?}"));
    }
    let steps = history.iter().zip(history.iter().skip(1));
    let mut wrong = steps.filter(|(before, after)| after.by != expected_actor(before.status, after.status));
    if let Some((before, after)) = wrong.next() {
        return Some(format!(
            "{:?} changed {:?} to {:?}",
            after.by, before.status, after.status
        ));
    }
    None
}

/// A change of a parked order counts as the operator's, also when a step that was frozen before the parking makes it.
fn expected_actor(before: OrderStatus, after: OrderStatus) -> Actor {
    match (before, after) {
        (_, OrderStatus::Pending | OrderStatus::Cancelling) => Actor::Customer,
        (OrderStatus::Parked, _) => Actor::Operator,
        _ => Actor::Saga,
    }
}

#[cfg(test)]
mod tests {
    use domain::fulfilment::ports::{Parking, SagaKind};
    use domain::fulfilment::status_change::StatusChange;
    use domain::values::Timestamp;
    use port_contracts::samples::{anns_order, at};

    use super::*;

    /// An order that was parked, and confirmed after a redrive.
    fn redriven() -> StoredOrder {
        let parking = Parking {
            execution: "execution".to_owned(),
            error: "States.Timeout".to_owned(),
            cause: String::new(),
        };
        let placed = StoredOrder::new(anns_order());
        let parked = placed
            .changed(StatusChange::Park(SagaKind::Order, parking), at(1))
            .unwrap();
        parked.changed(StatusChange::Confirm, at(2)).unwrap()
    }

    const STATUSES: [&str; 3] = ["PENDING", "PARKED", "CONFIRMED"];

    #[test]
    fn a_change_that_was_written_late_is_no_fault() {
        let mut late = redriven();
        late.history[1].at = late.history[2].at.plus(std::time::Duration::from_secs(1));
        assert_eq!(fault(&late, &STATUSES), None);
    }

    #[test]
    fn a_history_that_agrees_with_its_order_has_no_fault() {
        assert_eq!(fault(&redriven(), &STATUSES), None);
        assert_eq!(fault(&StoredOrder::new(anns_order()), &STATUSES[..1]), None);
    }

    #[test]
    fn every_wrong_history_is_found() {
        type Change = fn(&mut Vec<OrderEvent>);
        let changes: [(&str, Change); 6] = [
            ("the stream has", |history| {
                history.remove(1);
            }),
            ("the stream has", |history| history.push(history[2])),
            ("the stream has", |history| history.swap(1, 2)),
            ("begins with", |history| history[0].by = Actor::Saga),
            ("ends with", |history| history[2].at = Timestamp::from_unix_ms(0)),
            ("Saga changed Parked to Confirmed", |history| {
                history[2].by = Actor::Saga;
            }),
        ];
        for (expected, change) in changes {
            let mut stored = redriven();
            change(&mut stored.history);
            let found = fault(&stored, &STATUSES).unwrap();
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }
}
