//! Do the ports in memory do what every implementation must? The same test bodies as for SQLite and DynamoDB.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product, ProductDetails};
use domain::fulfilment::ports::{ParkedOrder, ParkedOrders};
use domain::ports::{Email, PortFailure};
use domain::values::{OrderId, PaymentToken, Sku, Timestamp};
use port_contracts::orders::OrderPorts;
use port_contracts::probes::{Inbox, OrderChanges};
use port_contracts::stock::StockPorts;
use simulation::call::Call;
use simulation::design::Design;
use simulation::ports::Ports;
use simulation::shop::Shop;
use simulation::shop::orders::{OrderTable, Row};
use simulation::world::World;

fn world() -> Arc<World> {
    World::at_rest(&Arc::new(Design::ours().unwrap()))
}

fn ports(world: &Arc<World>) -> Arc<Ports> {
    Arc::new(Ports(Call::new(world, "orders-place", i64::MAX)))
}

/// Looks behind the ports, and stands in for those that the simulation needs no port for.
struct Behind(Arc<World>);

fn order_ports() -> OrderPorts {
    let world = world();
    let ports = ports(&world);
    OrderPorts {
        orders: Arc::clone(&ports) as _,
        keys: Arc::clone(&ports) as _,
        book: ports,
        parked: Arc::new(Behind(Arc::clone(&world))),
        changes: Arc::new(Behind(world)),
    }
}

#[async_trait]
impl ParkedOrders for Behind {
    async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
        let all = |shop: &Shop| shop.orders.rows().filter_map(|row| parked(&shop.orders, row)).collect();
        let mut parked: Vec<ParkedOrder> = self.0.look(all);
        parked.sort_by_key(|parked| (parked.order.updated_at, parked.order.id.clone()));
        parked.truncate(limit);
        Ok(parked)
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        Ok(self.0.look(|shop| parked(&shop.orders, shop.orders.row(id)?)))
    }
}

fn parked(orders: &OrderTable, row: &Row) -> Option<ParkedOrder> {
    Some(ParkedOrder {
        order: orders.find(&row.order.id)?,
        parked_from: row.parked_from?,
        parking: row.parking.clone()?,
    })
}

#[async_trait]
impl OrderChanges for Behind {
    async fn statuses_of(&self, order: &OrderId) -> Vec<String> {
        self.0.look(|shop| {
            let changes = shop.orders.stream.iter().filter(|change| change.order == *order);
            changes.map(|change| change.new.as_str().to_owned()).collect()
        })
    }
}

#[async_trait]
impl Inbox for Behind {
    async fn mails_to(&self, address: &str) -> Vec<Email> {
        self.0.look(|shop| {
            let mails = shop.mails.iter().filter(|mail| mail.to.reveal() == address);
            mails.cloned().collect()
        })
    }
}

/// A catalog row sets the units on hand; the contract of the stock asks that open reservations stay.
#[async_trait]
impl CatalogWriter for Behind {
    async fn apply(
        &self,
        row: &CatalogRow,
        _version: CatalogVersion,
        _at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        self.0.change(|shop| {
            let counts = &mut shop.shelf.units_mut().counts;
            counts.entry(row.sku.clone()).or_default().on_hand = i64::from(row.stock);
            shop.prices.insert(row.sku.clone(), row.details.price);
        });
        Ok(ApplyOutcome::Applied)
    }
}

#[async_trait]
impl ProductCatalog for Behind {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        let available = self.0.look(|shop| shop.shelf.units().available(sku));
        let price = self.0.look(|shop| shop.prices.get(sku).copied());
        Ok(price.map(|price| Product {
            sku: sku.clone(),
            details: ProductDetails::new("", "", price),
            available: u32::try_from(available).unwrap_or(0),
            thumbnails: Vec::new(),
        }))
    }

    async fn list(&self, _after: Option<&Sku>, _limit: usize) -> Result<ProductPage, PortFailure> {
        panic!("the contract of the stock lists no products");
    }
}

#[tokio::test]
async fn the_orders_keep_their_contracts() {
    port_contracts::orders::order_repository(&order_ports()).await;
    port_contracts::order_book::order_book(&order_ports()).await;
    port_contracts::order_book::parked_orders(&order_ports()).await;
}

#[tokio::test]
async fn the_requests_keep_their_contracts() {
    let ports = ports(&world());
    port_contracts::idempotency::idempotency_store(Arc::clone(&ports) as _).await;
    port_contracts::idempotency::completed_requests(Arc::clone(&ports) as _, ports).await;
}

#[tokio::test]
async fn the_stock_and_the_prices_keep_their_contracts() {
    let world = world();
    let behind = Arc::new(Behind(Arc::clone(&world)));
    let stock = StockPorts {
        stock: ports(&world),
        writer: Arc::clone(&behind) as _,
        catalog: Arc::clone(&behind) as _,
    };
    port_contracts::stock::stock_ledger(&stock).await;
    port_contracts::orders::price_list(ports(&world).as_ref(), behind.as_ref()).await;
}

#[tokio::test]
async fn the_payments_keep_their_contracts() {
    let ports = ports(&world());
    port_contracts::payments::payment_records(Arc::clone(&ports) as _).await;
    let token = |text| PaymentToken::parse(text).unwrap();
    port_contracts::gateway::payment_gateway(ports, &token("tok_ok"), &token("tok_declined")).await;
}

#[tokio::test]
async fn the_mails_keep_their_contracts() {
    let world = world();
    let ports = ports(&world);
    port_contracts::mail::send_log(Arc::clone(&ports) as _).await;
    port_contracts::mail::mailer(ports.as_ref(), &Behind(world)).await;
}

#[tokio::test]
async fn the_sagas_keep_their_contract() {
    port_contracts::sagas::saga_runner(ports(&world())).await;
}

#[tokio::test]
async fn clock_ids_and_directory_keep_their_contracts() {
    let ports = ports(&world());
    port_contracts::world::clock(ports.as_ref());
    port_contracts::world::id_generator(ports).await;
}
