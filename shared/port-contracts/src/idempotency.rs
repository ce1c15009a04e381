//! The contract of `IdempotencyStore`, and of `OrderRepository::place` with it.

use std::sync::Arc;
use std::time::Duration;

use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyStore, OrderRepository, PlaceOutcome,
};

use crate::samples::{at, at_once, claim, completion, customer, granted, order, unique};

/// Claims, leases, fences, expiry and scopes.
pub async fn idempotency_store(keys: Arc<dyn IdempotencyStore>) {
    one_of_many_claims_is_granted(Arc::clone(&keys)).await;
    a_key_belongs_to_its_customer_and_payload(keys.as_ref()).await;
    a_lease_that_ran_out_is_granted_anew(keys.as_ref()).await;
    an_abandoned_key_is_free(keys.as_ref()).await;
    an_expired_record_counts_as_absent(keys.as_ref()).await;
}

/// The effect of a completed record.
pub async fn completed_requests(keys: Arc<dyn IdempotencyStore>, orders: Arc<dyn OrderRepository>) {
    a_completed_request_is_replayed(keys.as_ref(), orders.as_ref()).await;
    a_successor_keeps_a_late_attempt_out(keys.as_ref(), orders.as_ref()).await;
    without_a_claim_nothing_is_placed(keys.as_ref(), orders.as_ref()).await;
    a_record_without_a_version_keeps_its_payload(keys.as_ref(), orders.as_ref()).await;
}

async fn one_of_many_claims_is_granted(keys: Arc<dyn IdempotencyStore>) {
    let claim = claim(&customer(), &unique("key"), 1, at(0));
    for round in 0..2 {
        // In the second round the leases of the first have run out.
        let now = at(round * 60);
        let claim = IdempotencyClaim {
            now,
            lease_until: now.plus(Duration::from_secs(10)),
            ..claim.clone()
        };
        let answers = at_once(|_| {
            let (keys, claim) = (Arc::clone(&keys), claim.clone());
            async move { keys.claim(&claim).await.unwrap() }
        })
        .await;
        let granted = answers
            .iter()
            .filter(|answer| matches!(answer, IdempotencyClaimed::Granted(_)));
        assert_eq!(granted.count(), 1, "{answers:?}");
        let others = answers
            .iter()
            .filter(|answer| **answer == IdempotencyClaimed::InProgress);
        assert_eq!(others.count(), answers.len() - 1, "{answers:?}");
    }
}

async fn a_key_belongs_to_its_customer_and_payload(keys: &dyn IdempotencyStore) {
    let key = unique("key");
    let first = claim(&customer(), &key, 1, at(0));
    granted(keys, &first).await;
    granted(keys, &claim(&customer(), &key, 2, at(0))).await;
    let mut other_operation = first.clone();
    other_operation.scope.operation = "another-operation";
    granted(keys, &other_operation).await;
    let other_payload = claim(&first.scope.customer, &key, 2, at(1));
    assert_eq!(
        keys.claim(&other_payload).await.unwrap(),
        IdempotencyClaimed::OtherPayload
    );
    let later = claim(&first.scope.customer, &key, 2, at(60));
    assert_eq!(
        keys.claim(&later).await.unwrap(),
        IdempotencyClaimed::OtherPayload,
        "after the lease"
    );
}

async fn a_lease_that_ran_out_is_granted_anew(keys: &dyn IdempotencyStore) {
    let (customer, key) = (customer(), unique("key"));
    let first = granted(keys, &claim(&customer, &key, 1, at(0))).await;
    let early = keys.claim(&claim(&customer, &key, 1, at(9))).await.unwrap();
    assert_eq!(early, IdempotencyClaimed::InProgress);
    let second = granted(keys, &claim(&customer, &key, 1, at(11))).await;
    assert!(second > first, "{second:?} after {first:?}");
}

async fn an_abandoned_key_is_free(keys: &dyn IdempotencyStore) {
    let (customer, key) = (customer(), unique("key"));
    let first = claim(&customer, &key, 1, at(0));
    let fence = granted(keys, &first).await;
    keys.abandon(&first.scope, Fence(fence.0 + 1)).await.unwrap();
    keys.abandon(&first.scope, Fence(fence.0.wrapping_sub(1)))
        .await
        .unwrap();
    let answer = keys.claim(&claim(&customer, &key, 1, at(1))).await.unwrap();
    assert_eq!(answer, IdempotencyClaimed::InProgress, "another fence frees nothing");

    keys.abandon(&first.scope, fence).await.unwrap();
    keys.abandon(&first.scope, fence).await.unwrap();
    let next = granted(keys, &claim(&customer, &key, 2, at(1))).await;
    assert!(next > fence, "{next:?} after {fence:?}");
    keys.abandon(&first.scope, fence).await.unwrap();
    let answer = keys.claim(&claim(&customer, &key, 2, at(2))).await.unwrap();
    assert_eq!(
        answer,
        IdempotencyClaimed::InProgress,
        "an outdated fence frees nothing"
    );
}

async fn an_expired_record_counts_as_absent(keys: &dyn IdempotencyStore) {
    let (customer, key) = (customer(), unique("key"));
    granted(keys, &claim(&customer, &key, 1, at(0))).await;
    granted(keys, &claim(&customer, &key, 2, at(3_601))).await;
}

async fn a_completed_request_is_replayed(keys: &dyn IdempotencyStore, orders: &dyn OrderRepository) {
    let order = order(&customer(), at(0));
    let claim = claim(&order.customer, &unique("key"), 1, at(0));
    let fence = granted(keys, &claim).await;
    let completion = completion(&claim, fence);
    assert_eq!(orders.place(&order, &completion).await.unwrap(), PlaceOutcome::Placed);
    let replay = IdempotencyClaimed::Replay(completion.reply.clone());
    assert_eq!(keys.claim(&claim).await.unwrap(), replay);
    keys.abandon(&claim.scope, fence).await.unwrap();
    let later = IdempotencyClaim {
        now: at(60),
        ..claim.clone()
    };
    assert_eq!(
        keys.claim(&later).await.unwrap(),
        replay,
        "what is done cannot be abandoned"
    );
    let forgotten = IdempotencyClaim {
        now: at(3_601),
        expires_at: at(7_200),
        ..claim
    };
    granted(keys, &forgotten).await;
}

async fn a_successor_keeps_a_late_attempt_out(keys: &dyn IdempotencyStore, orders: &dyn OrderRepository) {
    let (customer, key) = (customer(), unique("key"));
    let slow = claim(&customer, &key, 1, at(0));
    let slow_fence = granted(keys, &slow).await;
    let quick = claim(&customer, &key, 1, at(11));
    let quick_fence = granted(keys, &quick).await;

    let late = order(&customer, at(0));
    for _ in 0..2 {
        let outcome = orders.place(&late, &completion(&slow, slow_fence)).await.unwrap();
        assert_eq!(outcome, PlaceOutcome::LeaseLost);
        assert_eq!(orders.find(&late.id).await.unwrap(), None, "nothing was written");
    }
    let placed = order(&customer, at(11));
    let outcome = orders.place(&placed, &completion(&quick, quick_fence)).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::Placed);
    let outcome = orders.place(&late, &completion(&slow, slow_fence)).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::LeaseLost, "after its successor");

    // Abandoning must not give the first fence out again.
    let key = unique("key");
    let slow = claim(&customer, &key, 1, at(0));
    let slow_fence = granted(keys, &slow).await;
    let quick = claim(&customer, &key, 1, at(11));
    let quick_fence = granted(keys, &quick).await;
    keys.abandon(&quick.scope, quick_fence).await.unwrap();
    granted(keys, &claim(&customer, &key, 1, at(12))).await;
    let outcome = orders.place(&late, &completion(&slow, slow_fence)).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::LeaseLost, "after an abandoned successor");
}

async fn without_a_claim_nothing_is_placed(keys: &dyn IdempotencyStore, orders: &dyn OrderRepository) {
    let order = order(&customer(), at(0));
    let claim = claim(&order.customer, &unique("key"), 1, at(0));
    let outcome = orders.place(&order, &completion(&claim, Fence(1))).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::LeaseLost, "never claimed");
    let fence = granted(keys, &claim).await;
    keys.abandon(&claim.scope, fence).await.unwrap();
    let outcome = orders.place(&order, &completion(&claim, fence)).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::LeaseLost, "abandoned");
    assert_eq!(orders.find(&order.id).await.unwrap(), None);
}

/// Claimed before hashes had a version, and asked for since.
async fn a_record_without_a_version_keeps_its_payload(keys: &dyn IdempotencyStore, orders: &dyn OrderRepository) {
    let (customer, completed, expired) = (customer(), unique("key"), unique("key"));
    let same = |key: &str, seconds| claim(&customer, key, 1, at(seconds));
    let other = |key: &str, seconds| claim(&customer, key, 2, at(seconds));
    let mut fences = Vec::new();
    for key in [&completed, &expired] {
        let mut old = same(key, 0);
        old.payload_hash.current = old.payload_hash.legacy.to_vec();
        fences.push(granted(keys, &old).await);
        assert_eq!(keys.claim(&same(key, 1)).await.unwrap(), IdempotencyClaimed::InProgress);
        for seconds in [1, 11] {
            let refused = keys.claim(&other(key, seconds)).await.unwrap();
            assert_eq!(refused, IdempotencyClaimed::OtherPayload, "after {seconds} s");
        }
    }
    let completion = completion(&same(&completed, 1), fences[0]);
    let placed = orders.place(&order(&customer, at(1)), &completion).await.unwrap();
    assert_eq!(placed, PlaceOutcome::Placed);
    let replay = IdempotencyClaimed::Replay(completion.reply);
    assert_eq!(keys.claim(&same(&completed, 12)).await.unwrap(), replay);
    let refused = keys.claim(&other(&completed, 12)).await.unwrap();
    assert_eq!(refused, IdempotencyClaimed::OtherPayload);

    // Its lease has run out. The record gets the present form, and holds the same payload still.
    assert!(granted(keys, &same(&expired, 12)).await > fences[1]);
    assert_eq!(
        keys.claim(&same(&expired, 13)).await.unwrap(),
        IdempotencyClaimed::InProgress
    );
    let refused = keys.claim(&other(&expired, 13)).await.unwrap();
    assert_eq!(refused, IdempotencyClaimed::OtherPayload);
}
