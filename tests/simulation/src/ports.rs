//! The ports of one simulated invocation: the shop in memory, behind the injected faults.

use std::sync::Arc;

use adapter_memory::access::Access as _;
use adapter_memory::tables::Tables;
use async_trait::async_trait;
use domain::fulfilment::ports::{SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::orders::ports::{Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyScope, IdempotencyStore};
use domain::ports::PortFailure;
use domain::values::OrderId;
use shop::Ports;

use crate::call::Call;
use crate::design::Requests;
use crate::scheduler::lock;

/// All ports of the domain for one invocation.
pub type Shop = adapter_memory::Ports<Call>;

/// The ports of one invocation.
pub fn of(call: &Arc<Call>) -> Ports {
    let world = &call.world;
    let memory = Arc::new(adapter_memory::Ports(Arc::clone(call)));
    let idempotency: Arc<dyn IdempotencyStore> = match world.design.requests {
        Requests::OneWrite => memory.clone(),
        Requests::GetThenPut => Arc::new(GetThenPut(Arc::clone(call))),
    };
    Ports {
        idempotency,
        saga_runner: Arc::new(Sagas(Arc::clone(call))),
        ..function_tests::in_memory::ports(memory, world.scheduler.clock.clone(), world.ids.clone())
    }
}

/// Starts sagas in the simulated workflow host.
struct Sagas(Arc<Call>);

#[async_trait]
impl SagaRunner for Sagas {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let (world, start) = (Arc::clone(&self.0.world), start.clone());
        // A late or repeated start has the same name, and so no further effect.
        let begin = move |_: &mut Tables| (world.consequences.saga_started)(&world, &start);
        self.0.write("sagas.start", begin).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        let standing = |_: &Tables| lock(&self.0.world.executions).standing(&name);
        self.0.read("sagas.standing", standing).await
    }
}

/// Reads and then writes, so that another request can come in between.
struct GetThenPut(Arc<Call>);

#[async_trait]
impl IdempotencyStore for GetThenPut {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let get = |tables: &Tables| tables.requests.standing(claim);
        if let Some(standing) = self.0.read("requests.get", get).await? {
            return Ok(standing);
        }
        let claim = claim.clone();
        let put = move |tables: &mut Tables| tables.requests.grant(&claim);
        self.0.write("requests.put", put).await
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let scope = scope.clone();
        let abandon = move |tables: &mut Tables| tables.requests.abandon(&scope, fence);
        self.0.write("requests.abandon", abandon).await
    }
}
