//! The ports of one simulated invocation: the shop in memory, behind the faults that meet this invocation.

use std::sync::Arc;

use adapter_memory::renderer::PlainRenderer;
use async_trait::async_trait;
use domain::fulfilment::ports::{SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::ports::PortFailure;
use domain::values::OrderId;
use shop::Ports;

use crate::call::Call;
use crate::designed_ports::{Designed, Shop};
use crate::scheduler::lock;

/// The ports of one invocation.
pub fn of(call: &Arc<Call>) -> Ports {
    let world = &call.world;
    let memory = Arc::new(adapter_memory::Ports(Arc::clone(call)));
    let designed = Arc::new(Designed(Shop::clone(&memory)));
    Ports {
        book: memory.clone(),
        catalog: memory.clone(),
        catalog_files: memory.clone(),
        catalog_writer: memory.clone(),
        clock: world.scheduler.clock.clone(),
        directory: memory.clone(),
        gateway: designed.clone(),
        idempotency: designed.clone(),
        ids: world.ids.clone(),
        import_runner: memory.clone(),
        imports: memory.clone(),
        mailer: memory.clone(),
        orders: designed.clone(),
        pause: world.scheduler.clock.clone(),
        payments: memory.clone(),
        photo_uploads: memory.clone(),
        photos: memory.clone(),
        prices: memory.clone(),
        product_photos: memory.clone(),
        rejected_rows: memory.clone(),
        renderer: Arc::new(PlainRenderer::default()),
        saga_runner: Arc::new(Sagas(Shop::clone(&memory))),
        sends: memory.clone(),
        stock: designed,
        thumbnail_links: memory.clone(),
        thumbnails: memory.clone(),
        upload_links: memory.clone(),
        uploads: memory,
    }
}

/// Sagas that really run.
struct Sagas(Shop);

#[async_trait]
impl SagaRunner for Sagas {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let (world, start) = (Arc::clone(&self.0.0.world), start.clone());
        // Late or twice, it is the same request: its name decides.
        let begin = move |_: &mut _| (world.consequences.saga_started)(&world, &start);
        self.0.write("sagas.start", begin).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        let standing = |_: &_| lock(&self.0.0.world.executions).standing(&name);
        self.0.read("sagas.standing", standing).await
    }
}
