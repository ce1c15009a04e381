//! How do the functions reach the shop? Through the ports of the shop in memory, behind the faults of one invocation.

use std::sync::Arc;

use adapter_memory::access::Access as _;
use adapter_memory::tables::Tables;
use async_trait::async_trait;
use domain::fulfilment::ports::{
    OrderBook, PaymentGateway, PaymentRecords, SagaKind, SagaRunner, SagaStanding, SagaStart, StockLedger,
};
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyScope, IdempotencyStore, OrderRepository, PriceList,
};
use domain::ports::{Clock, CustomerDirectory, IdGenerator, Mailer, PortFailure, SendLog};
use domain::values::OrderId;

use crate::call::Call;
use crate::design::Requests;
use crate::scheduler::lock;

/// Every port of the domain, behind one invocation.
pub type Shop = adapter_memory::Ports<Call>;

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
        let idempotency: Arc<dyn IdempotencyStore> = match world.design.requests {
            Requests::OneWrite => shop.clone(),
            Requests::GetThenPut => Arc::new(GetThenPut(Arc::clone(call))),
        };
        Self {
            orders: shop.clone(),
            idempotency,
            prices: shop.clone(),
            book: shop.clone(),
            stock: shop.clone(),
            gateway: shop.clone(),
            records: shop.clone(),
            directory: shop.clone(),
            mailer: shop.clone(),
            sends: shop,
            runner: Arc::new(Sagas(Arc::clone(call))),
            clock: world.scheduler.clock.clone(),
            ids: world.ids.clone(),
        }
    }
}

/// Sagas that really run.
struct Sagas(Arc<Call>);

#[async_trait]
impl SagaRunner for Sagas {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let (world, start) = (Arc::clone(&self.0.world), start.clone());
        // Late or twice, it is the same request: its name decides.
        let begin = move |_: &mut Tables| (world.consequences.saga_started)(&world, &start);
        self.0.write("sagas.start", begin).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        let standing = |_: &Tables| lock(&self.0.world.executions).standing(&name);
        self.0.read("sagas.standing", standing).await
    }
}

/// Two requests where there should be one: somebody else can come in between.
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
