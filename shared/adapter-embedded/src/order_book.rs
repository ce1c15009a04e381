//! How do the sagas move orders along in SQLite?

use async_trait::async_trait;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, ParkedOrder, ParkedOrders, Parking, SagaKind, StockLine, Transition,
};
use domain::orders::order::Order;
use domain::ports::PortFailure;
use domain::values::{OrderId, OrderStatus, RejectionReason, Timestamp};
use rusqlite::params;

use crate::Database;
use crate::order_rows::{self, OrderRow};

#[derive(Debug, Clone)]
pub struct SqliteOrderBook {
    pub database: Database,
}

/// What a change does to the order it finds.
enum Step {
    /// It becomes this.
    Become(Box<OrderRow>),
    AlreadyDone,
    Refused,
}

#[async_trait]
impl OrderBook for SqliteOrderBook {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let id = id.clone();
        self.database
            .call("read order", move |connection| {
                Ok(order_rows::find(connection, &id)?.map(|row| fulfilment_order(row.order)))
            })
            .await
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("confirm order", id, at, |row| match due(row) {
            OrderStatus::Pending => Step::Become(moved(row, OrderStatus::Confirmed)),
            OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled => Step::AlreadyDone,
            OrderStatus::Rejected | OrderStatus::Parked => Step::Refused,
        })
        .await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("reject order", id, at, move |row| match due(row) {
            OrderStatus::Pending => {
                let mut after = moved(row, OrderStatus::Rejected);
                after.order.reason = Some(reason);
                Step::Become(after)
            }
            OrderStatus::Rejected => Step::AlreadyDone,
            _ => Step::Refused,
        })
        .await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("complete cancel of order", id, at, |row| match due(row) {
            OrderStatus::Cancelling => Step::Become(moved(row, OrderStatus::Cancelled)),
            OrderStatus::Cancelled => Step::AlreadyDone,
            _ => Step::Refused,
        })
        .await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let parking = parking.clone();
        self.change("park order", id, at, move |row| match row.order.status {
            status if status == saga.awaited_in() => {
                let mut after = moved(row, OrderStatus::Parked);
                after.parked_from = Some(status);
                after.parking = Some(parking);
                Step::Become(after)
            }
            OrderStatus::Parked => Step::AlreadyDone,
            _ => Step::Refused,
        })
        .await
    }

    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        self.database
            .call("find overdue orders", move |connection| {
                connection
                    .prepare_cached(&format!(
                        "SELECT {columns} FROM orders
                         WHERE status IN ('PENDING', 'CANCELLING') AND updated_at < ?1
                         ORDER BY updated_at, id LIMIT ?2",
                        columns = order_rows::COLUMNS,
                    ))?
                    .query_map(params![before.unix_ms(), limit], |row| {
                        OrderRow::read(row).map(|row| fulfilment_order(row.order))
                    })?
                    .collect()
            })
            .await
    }
}

#[async_trait]
impl ParkedOrders for SqliteOrderBook {
    async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
        self.database
            .call("list parked orders", move |connection| {
                let rows = connection
                    .prepare_cached(&format!(
                        "SELECT {columns} FROM orders WHERE status = 'PARKED' ORDER BY updated_at, id LIMIT ?1",
                        columns = order_rows::COLUMNS,
                    ))?
                    .query_map(params![limit], OrderRow::read)?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                Ok(rows.into_iter().filter_map(parked_order).collect())
            })
            .await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        let id = id.clone();
        self.database
            .call("read parked order", move |connection| {
                Ok(order_rows::find(connection, &id)?.and_then(parked_order))
            })
            .await
    }
}

impl SqliteOrderBook {
    async fn change(
        &self,
        action: &'static str,
        id: &OrderId,
        at: Timestamp,
        decide: impl FnOnce(&OrderRow) -> Step + Send + 'static,
    ) -> Result<Transition, PortFailure> {
        let id = id.clone();
        self.database
            .call(action, move |connection| {
                let Some(before) = order_rows::find(connection, &id)? else {
                    return Ok(Transition::NotFound);
                };
                match decide(&before) {
                    Step::Become(mut after) => {
                        order_rows::update(connection, &before, &mut after, at)?;
                        Ok(Transition::Done)
                    }
                    Step::AlreadyDone => Ok(Transition::AlreadyDone),
                    Step::Refused => Ok(Transition::Refused(before.order.status)),
                }
            })
            .await
    }
}

/// Where the order stands, looking through its being PARKED: a redrive leads on from there.
fn due(row: &OrderRow) -> OrderStatus {
    row.parked_from.unwrap_or(row.order.status)
}

fn moved(row: &OrderRow, status: OrderStatus) -> Box<OrderRow> {
    let mut after = row.clone();
    after.order.status = status;
    after.parked_from = None;
    Box::new(after)
}

/// `None` for an order that something has led on.
fn parked_order(row: OrderRow) -> Option<ParkedOrder> {
    Some(ParkedOrder {
        parked_from: row.parked_from?,
        parking: row.parking?,
        order: fulfilment_order(row.order),
    })
}

fn fulfilment_order(order: Order) -> FulfilmentOrder {
    let line = |line: domain::orders::order::OrderLine| StockLine {
        sku: line.sku,
        quantity: line.quantity,
    };
    FulfilmentOrder {
        id: order.id,
        customer: order.customer,
        lines: order.lines.into_iter().map(line).collect(),
        total: order.total,
        payment_token: order.payment_token,
        status: order.status,
        reason: order.reason,
        correlation_id: order.correlation_id,
        updated_at: order.updated_at,
    }
}
