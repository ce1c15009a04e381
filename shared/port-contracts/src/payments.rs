//! The contract of `PaymentRecords`.

use std::sync::Arc;

use domain::fulfilment::ports::{PaymentRecord, PaymentRecords, PaymentState};

use crate::samples::{at, at_once, euros, order_id};

/// The contract of [`PaymentRecords`].
pub async fn payment_records(records: Arc<dyn PaymentRecords>) {
    a_record_never_goes_back(records.as_ref()).await;
    of_competing_notes_the_furthest_stays(records).await;
}

fn record(state: PaymentState, seconds: u64) -> PaymentRecord {
    PaymentRecord {
        state,
        amount: euros(500),
        at: at(seconds),
    }
}

async fn a_record_never_goes_back(records: &dyn PaymentRecords) {
    for first in PaymentState::ALL {
        for second in PaymentState::ALL {
            let order = order_id();
            assert_eq!(records.find(&order).await.unwrap(), None);
            records.record(&order, record(first, 1)).await.unwrap();
            assert_eq!(records.find(&order).await.unwrap(), Some(record(first, 1)));
            records.record(&order, record(second, 2)).await.unwrap();
            let kept = records.find(&order).await.unwrap().map(|record| record.state);
            assert_eq!(kept, Some(first.max(second)), "{second:?} after {first:?}");
        }
    }
}

async fn of_competing_notes_the_furthest_stays(records: Arc<dyn PaymentRecords>) {
    let order = order_id();
    at_once(|number| {
        let (records, order) = (Arc::clone(&records), order.clone());
        let state = PaymentState::ALL[number % PaymentState::ALL.len()];
        async move { records.record(&order, record(state, 1)).await.unwrap() }
    })
    .await;
    assert_eq!(
        records.find(&order).await.unwrap(),
        Some(record(PaymentState::Refunded, 1))
    );
}
