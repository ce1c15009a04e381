//! How do the functions reach the shop? Through the ports of the shop in memory, behind the faults of one invocation.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fulfilment::ports::{
    OrderBook, PaymentGateway, PaymentRecords, SagaKind, SagaRunner, SagaStanding, SagaStart, StockLedger,
};
use domain::orders::ports::{IdempotencyStore, OrderRepository, PriceList};
use domain::ports::{Clock, CustomerDirectory, IdGenerator, Mailer, PortFailure, SendLog};
use domain::values::OrderId;

use crate::call::Call;
use crate::designed_ports::{Designed, Shop};
use crate::scheduler::lock;

/// The ports of one invocation.
pub struct Ports {
    pub orders: Arc<dyn OrderRepository>,
    pub idempotency: Arc<dyn IdempotencyStore>,
    pub prices: Arc<dyn PriceList>,
    pub book: Arc<dyn OrderBook>,
    pub stock: Arc<dyn StockLedger>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub mailer: Arc<dyn Mailer>,
    pub sends: Arc<dyn SendLog>,
    pub runner: Arc<dyn SagaRunner>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
}

impl Ports {
    pub fn of(call: &Arc<Call>) -> Self {
        let world = &call.world;
        let shop = Arc::new(adapter_memory::Ports(Arc::clone(call)));
        let designed = Arc::new(Designed(Shop::clone(&shop)));
        Self {
            orders: designed.clone(),
            idempotency: designed.clone(),
            prices: shop.clone(),
            book: shop.clone(),
            stock: designed.clone(),
            gateway: designed,
            records: shop.clone(),
            directory: shop.clone(),
            mailer: shop.clone(),
            sends: shop.clone(),
            runner: Arc::new(Sagas(Shop::clone(&shop))),
            clock: world.scheduler.clock.clone(),
            ids: world.ids.clone(),
        }
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
