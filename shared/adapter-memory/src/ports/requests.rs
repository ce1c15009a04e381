//! How is a request made that may come twice?

use async_trait::async_trait;
use domain::orders::ports::{Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyScope, IdempotencyStore};
use domain::ports::PortFailure;

use crate::access::{Access, Ports};
use crate::tables::Tables;

#[async_trait]
impl<A: Access> IdempotencyStore for Ports<A> {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let claim = claim.clone();
        let effect = move |Tables { requests, .. }: &mut Tables| {
            requests.standing(&claim).unwrap_or_else(|| requests.grant(&claim))
        };
        self.write("requests.claim", effect).await
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let scope = scope.clone();
        let abandon = move |tables: &mut Tables| tables.requests.abandon(&scope, fence);
        self.write("requests.abandon", abandon).await
    }
}
