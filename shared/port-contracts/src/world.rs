//! The contract of `Clock`, `IdGenerator` and `CustomerDirectory`.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Clock, CustomerDirectory, IdGenerator};
use domain::values::{CustomerId, OrderId, UploadId};

use crate::samples::{at, at_once};

/// Clocks of a fleet differ by this much at most.
const DIFFERENCE_MAX: Duration = Duration::from_secs(10);

/// The contract of [`Clock`].
pub fn clock(clock: &dyn Clock) {
    let mut last = clock.now();
    assert!(last > at(0), "it is later than when this was written");
    for _ in 0..1_000 {
        let now = clock.now();
        assert!(now.plus(DIFFERENCE_MAX) > last);
        last = now;
    }
}

/// The contract of [`IdGenerator`].
pub async fn id_generator(ids: Arc<dyn IdGenerator>) {
    const IDS_EACH: usize = 1_000;
    let lists = at_once(|_| {
        let ids = Arc::clone(&ids);
        async move { (0..IDS_EACH).map(|_| ids.next_id()).collect::<Vec<_>>() }
    })
    .await;
    for list in &lists {
        assert!(list.is_sorted(), "ids sort by the time they were made");
    }
    let mut all: Vec<String> = lists.into_iter().flatten().collect();
    for id in &all {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(id.bytes().all(allowed) && id.len() <= 64, "{id}");
        assert!(OrderId::parse(id).is_ok() && UploadId::parse(id).is_ok(), "{id}");
    }
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no id is made twice");
}

/// The contract of [`CustomerDirectory`]. `customer` has an address in the directory under test.
pub async fn customer_directory(directory: &dyn CustomerDirectory, customer: &CustomerId) {
    let address = directory
        .email_of(customer)
        .await
        .unwrap()
        .expect("the customer has an address");
    assert_eq!(
        directory.email_of(customer).await.unwrap(),
        Some(address),
        "and keeps it"
    );
}
