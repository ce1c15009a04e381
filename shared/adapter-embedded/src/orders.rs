//! How does SQLite keep orders?

use async_trait::async_trait;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, IdempotencyCompletion, OrderPage, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, Timestamp};
use rusqlite::{Connection, named_params};

use crate::Database;
use crate::idempotency::{self, Completed};
use crate::order_rows::{self, OrderRow};

#[derive(Debug, Clone)]
pub struct SqliteOrderRepository {
    pub database: Database,
}

/// The orders placed last, of all customers, newest first: for people who watch the shop.
pub fn recent(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Order>> {
    connection
        .prepare_cached(&format!(
            "SELECT {columns} FROM orders ORDER BY created_at DESC, id DESC LIMIT :limit",
            columns = order_rows::COLUMNS
        ))?
        .query_map(named_params! { ":limit": limit }, |row| Ok(OrderRow::read(row)?.order))?
        .collect()
}

#[async_trait]
impl OrderRepository for SqliteOrderRepository {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let row = OrderRow::new(order.clone());
        let completion = completion.clone();
        self.database
            .call("save order", move |connection| {
                match idempotency::complete(connection, &completion, &row.order.id)? {
                    Completed::Now => {
                        order_rows::insert(connection, &row)?;
                        Ok(PlaceOutcome::Placed)
                    }
                    Completed::Before => Ok(PlaceOutcome::Placed),
                    Completed::LeaseLost => Ok(PlaceOutcome::LeaseLost),
                }
            })
            .await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let id = id.clone();
        self.database
            .call("read order", move |connection| {
                Ok(order_rows::find(connection, &id)?.map(|row| row.order))
            })
            .await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let query = query.clone();
        self.database
            .call("list orders", move |connection| page(connection, &query))
            .await
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        let (id, customer, correlation_id) = (id.clone(), customer.clone(), correlation_id.clone());
        self.database
            .call("begin to cancel order", move |connection| {
                let found = order_rows::find(connection, &id)?.filter(|row| row.order.customer == customer);
                let Some(before) = found else {
                    return Ok(CancelOutcome::NotFound);
                };
                match before.order.status {
                    OrderStatus::Cancelling => Ok(CancelOutcome::Cancelling(before.order)),
                    OrderStatus::Confirmed => {
                        let mut after = before.clone();
                        after.order.status = OrderStatus::Cancelling;
                        after.cancel_correlation_id = Some(correlation_id);
                        order_rows::update(connection, &before, &mut after, at)?;
                        Ok(CancelOutcome::Cancelling(after.order))
                    }
                    status => Ok(CancelOutcome::Refused(status)),
                }
            })
            .await
    }
}

fn page(connection: &Connection, query: &OrderQuery) -> rusqlite::Result<OrderPage> {
    // Without a position: one that every order comes after. An `OR` here would keep SQLite from seeking in the index.
    let (created_before, id) = query
        .after
        .as_ref()
        .map_or((i64::MAX, ""), |after| (after.created_at.unix_ms(), after.id.as_str()));
    // One more than asked for tells whether there is more.
    let mut orders = connection
        .prepare_cached(&format!(
            "SELECT {columns} FROM orders
             WHERE customer_id = :customer
               AND (:status IS NULL OR status = :status)
               AND (created_at, id) < (:created_before, :id)
             ORDER BY created_at DESC, id DESC LIMIT :limit",
            columns = order_rows::COLUMNS,
        ))?
        .query_map(
            named_params! {
                ":customer": query.customer.as_str(),
                ":status": query.status.map(OrderStatus::as_str),
                ":created_before": created_before,
                ":id": id,
                ":limit": query.limit.saturating_add(1),
            },
            |row| OrderRow::read(row).map(|row| row.order),
        )?
        .collect::<rusqlite::Result<Vec<Order>>>()?;
    let has_more = orders.len() > query.limit;
    orders.truncate(query.limit);
    let next = orders.last().filter(|_| has_more).map(|order| OrderPosition {
        created_at: order.created_at,
        id: order.id.clone(),
    });
    Ok(OrderPage { orders, next })
}
