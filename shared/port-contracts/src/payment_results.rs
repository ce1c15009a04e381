//! The contract of `PaymentResults`.

use std::sync::Arc;

use domain::fulfilment::payment_results::{PaymentResults, PaymentVerdict, WaitToken};

use crate::samples::{at, at_once, order_id};

/// Every rule of the port.
pub async fn payment_results(results: Arc<dyn PaymentResults>) {
    the_first_verdict_stays(results.as_ref()).await;
    every_token_is_kept_once(results.as_ref()).await;
    a_wait_and_a_verdict_never_miss_each_other(results).await;
}

fn token(number: usize) -> WaitToken {
    WaitToken::parse(&format!("arn:token#{number}/+=")).unwrap()
}

async fn the_first_verdict_stays(results: &dyn PaymentResults) {
    for first in PaymentVerdict::ALL {
        for second in PaymentVerdict::ALL {
            let order = order_id();
            for verdict in [first, second, first] {
                let stored = results.record(&order, verdict, at(1)).await.unwrap();
                assert_eq!(
                    (stored.verdict, stored.waiting),
                    (first, Vec::new()),
                    "{second:?} after {first:?}"
                );
            }
            assert_eq!(results.wait(&order, &token(1), at(2)).await.unwrap(), Some(first));
        }
    }
}

async fn every_token_is_kept_once(results: &dyn PaymentResults) {
    let (order, other) = (order_id(), order_id());
    for number in [2, 1, 2] {
        assert_eq!(results.wait(&order, &token(number), at(1)).await.unwrap(), None);
    }
    assert_eq!(results.wait(&other, &token(3), at(1)).await.unwrap(), None);
    for _ in 0..2 {
        let mut stored = results.record(&order, PaymentVerdict::Declined, at(2)).await.unwrap();
        stored.waiting.sort();
        assert_eq!(stored.waiting, [token(1), token(2)]);
    }
}

async fn a_wait_and_a_verdict_never_miss_each_other(results: Arc<dyn PaymentResults>) {
    let order = order_id();
    // Of a wait, its number and whether it found the verdict; of a verdict, the tokens that it found.
    let found = at_once(|number| {
        let (results, order) = (Arc::clone(&results), order.clone());
        async move {
            if number % 2 == 0 {
                let verdict = results.wait(&order, &token(number), at(1)).await.unwrap();
                (Some((number, verdict.is_some())), Vec::new())
            } else {
                let stored = results.record(&order, PaymentVerdict::Authorized, at(1)).await.unwrap();
                (None, stored.waiting)
            }
        }
    })
    .await;
    for (number, met) in found.iter().filter_map(|(wait, _)| *wait) {
        let was_found = found.iter().any(|(_, waiting)| waiting.contains(&token(number)));
        assert!(met || was_found, "wait {number} and the verdict missed each other");
    }
}
