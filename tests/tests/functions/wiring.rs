//! Invokes functions in tests through the shop's table of handlers, over the embedded adapters.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::Clock;
use events::invocation::{Invocation, Reply};
use local_host::ports::{Embedded, NamedBucket};
use serde_json::Value;
use shop::{SagaArns, Settings};

use crate::shop::{Shop, THUMBNAILS_BUCKET, UPLOADS_BUCKET};

/// Smaller than in the template, so that the files of a test are large.
const DIVIDE_ABOVE_BYTES: u64 = 10_000;
const RANGE_BYTES: u64 = 1_000;
const STATE_MACHINES: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine";

impl Shop {
    pub(crate) async fn invoke(&self, function: &str, event: Value) -> Reply {
        let deadline = self.clock.now().plus(Duration::from_mins(1)).unix_ms();
        let deadline_ms = u64::try_from(deadline).unwrap();
        let invocation = Invocation::local(function, "0f5e6d7c-8b9a-4c1d-a2e3-f40516273849", deadline_ms, event);
        let wired = shop::function(function).unwrap_or_else(|| panic!("no such function: {function}"));
        wired.handler(&self.wiring())(invocation).await
    }

    fn wiring(&self) -> shop::Shop {
        let bucket = |name: &str, bucket: &adapter_embedded::buckets::Bucket| NamedBucket {
            name: name.to_owned(),
            bucket: bucket.clone(),
        };
        let embedded = Embedded {
            database: self.database.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            gateway: self.gateway.clone(),
            mailer: self.mailer.clone(),
            uploads: bucket(UPLOADS_BUCKET, &self.uploads),
            thumbnails: bucket(THUMBNAILS_BUCKET, &self.thumbnails),
            links: Arc::clone(&self.signer),
        };
        shop::Shop {
            ports: embedded.ports(),
            settings: Arc::new(Settings {
                cursors: self.cursors.clone(),
                uploads_bucket: UPLOADS_BUCKET.to_owned(),
                divide_above_bytes: DIVIDE_ABOVE_BYTES,
                range_bytes: RANGE_BYTES,
                sagas: SagaArns {
                    order: format!("{STATE_MACHINES}:popshop-dev-order-saga"),
                    cancel: format!("{STATE_MACHINES}:popshop-dev-order-cancel"),
                },
            }),
        }
    }
}
