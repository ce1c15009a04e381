//! Runs the contracts of the ports on the simulated ports without faults.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::Email;
use domain::values::{CustomerId, OrderId, PaymentToken};
use port_contracts::orders::OrderPorts;
use port_contracts::probes::{Inbox, OrderChanges};
use port_contracts::stock::StockPorts;
use shop::Ports;
use simulation::call::Call;
use simulation::design::Design;
use simulation::history::world_at_rest;
use simulation::world::World;

fn call() -> Arc<Call> {
    let world = world_at_rest(&Arc::new(Design::ours().unwrap()));
    Call::new(&world, "orders-place", i64::MAX)
}

fn ports() -> Ports {
    simulation::ports::of(&call())
}

/// Reads the tables directly.
struct Behind(Arc<World>);

#[async_trait]
impl OrderChanges for Behind {
    async fn statuses_of(&self, order: &OrderId) -> Vec<String> {
        let statuses = self.0.look(|tables| tables.orders.statuses_of(order));
        statuses.into_iter().map(str::to_owned).collect()
    }
}

#[async_trait]
impl Inbox for Behind {
    async fn mails_to(&self, address: &str) -> Vec<Email> {
        let mut mails = self.0.look(|tables| tables.mails.clone());
        mails.retain(|mail| mail.to.reveal() == address);
        mails
    }
}

fn order_ports() -> OrderPorts {
    let call = call();
    let ports = simulation::ports::of(&call);
    OrderPorts {
        orders: ports.orders,
        keys: ports.idempotency,
        book: ports.book,
        parked: Arc::new(adapter_memory::Ports(Arc::clone(&call))),
        changes: Arc::new(Behind(Arc::clone(call.world()))),
    }
}

#[tokio::test]
async fn the_orders_keep_their_contracts() {
    port_contracts::orders::order_repository(&order_ports()).await;
    port_contracts::order_book::order_book(&order_ports()).await;
    port_contracts::parked_orders::parked_orders(&order_ports()).await;
}

#[tokio::test]
async fn the_requests_keep_their_contracts() {
    let ports = ports();
    port_contracts::idempotency::idempotency_store(Arc::clone(&ports.idempotency)).await;
    port_contracts::idempotency::completed_requests(ports.idempotency, ports.orders).await;
}

#[tokio::test]
async fn the_stock_and_the_prices_keep_their_contracts() {
    let call = call();
    let ports = simulation::ports::of(&call);
    let catalog = Arc::new(adapter_memory::Ports(call));
    let stock = StockPorts {
        stock: ports.stock,
        writer: catalog.clone(),
        catalog: catalog.clone(),
    };
    port_contracts::stock::stock_ledger(&stock).await;
    port_contracts::orders::price_list(ports.prices.as_ref(), catalog.as_ref()).await;
}

#[tokio::test]
async fn the_payments_keep_their_contracts() {
    let ports = ports();
    port_contracts::payments::payment_records(ports.payments).await;
    port_contracts::payment_results::payment_results(ports.payment_results).await;
    let token = |text| PaymentToken::parse(text).unwrap();
    port_contracts::gateway::payment_gateway(ports.gateway, &token("tok_ok"), &token("tok_declined")).await;
}

#[tokio::test]
async fn the_mails_keep_their_contracts() {
    let call = call();
    let ports = simulation::ports::of(&call);
    port_contracts::mail::send_log(ports.sends).await;
    port_contracts::mail::mailer(ports.mailer.as_ref(), &Behind(Arc::clone(call.world()))).await;
}

#[tokio::test]
async fn the_sagas_keep_their_contract() {
    port_contracts::sagas::saga_runner(ports().saga_runner).await;
}

#[tokio::test]
async fn clock_ids_and_directory_keep_their_contracts() {
    let ports = ports();
    port_contracts::world::clock(ports.clock.as_ref());
    port_contracts::world::id_generator(ports.ids).await;
    let ann = CustomerId::parse("ann").unwrap();
    port_contracts::world::customer_directory(ports.directory.as_ref(), &ann).await;
}
