//! Stores orders in SQLite.

use async_trait::async_trait;
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, IdempotencyCompletion, OrderPage, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::stored_order::StoredOrder;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, Timestamp};
use rusqlite::{Connection, ToSql};

use crate::Database;
use crate::idempotency::{self, Completed};
use crate::order_rows::{self, Readable};
use crate::unreadable::readable;

/// Keeps orders in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteOrderRepository {
    /// The shop's database.
    pub database: Database,
}

/// The newest orders of all customers, newest first: for the console.
pub fn recent(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Order>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns} FROM orders ORDER BY created_at DESC, id DESC",
        columns = order_rows::COLUMNS
    ))?;
    readable(
        statement.query([])?,
        "id",
        limit,
        |row| Ok(order_rows::read(row)?.order),
    )
}

#[async_trait]
impl OrderRepository for SqliteOrderRepository {
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        let stored = StoredOrder::new(order.clone());
        let completion = completion.clone();
        self.database
            .call("save order", move |connection| {
                match idempotency::complete(connection, &completion, &stored.order.id)? {
                    Completed::Now => {
                        order_rows::insert(connection, &stored)?;
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
            .read("read order", move |connection| {
                Ok(order_rows::find(connection, &id)?.map(|stored| stored.order))
            })
            .await
    }

    async fn history(&self, id: &OrderId) -> Result<Option<RecordedHistory>, PortFailure> {
        let id = id.clone();
        self.database
            .read("read history of order", move |connection| {
                Ok(order_rows::find(connection, &id)?.map(StoredOrder::into_history))
            })
            .await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let query = query.clone();
        self.database
            .read("list orders", move |connection| page(connection, &query))
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
                let found = order_rows::find(connection, &id)?.filter(|stored| stored.order.customer == customer);
                let Some(before) = found else {
                    return Ok(CancelOutcome::NotFound);
                };
                let Some(after) = before.cancelling(&correlation_id, at) else {
                    return Ok(CancelOutcome::of(before.order));
                };
                order_rows::update(connection, &before, &after)?;
                Ok(CancelOutcome::of(after.order))
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
    let customer = query.customer.as_str();
    let status = query.status.map(OrderStatus::as_str);
    let limit = query.limit.saturating_add(1);
    let mut parameters: Vec<(&str, &dyn ToSql)> = vec![
        (":customer", &customer),
        (":created_before", &created_before),
        (":id", &id),
        (":limit", &limit),
    ];
    // Two statements, each with an index of its own: with an `OR` the filter would read what it does not return.
    let mut of_status = "";
    if let Some(status) = &status {
        of_status = "AND status = :status";
        parameters.push((":status", status));
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns} FROM orders
         WHERE customer_id = :customer {of_status} AND (created_at, id) < (:created_before, :id)
         ORDER BY created_at DESC, id DESC LIMIT :limit",
        columns = order_rows::COLUMNS,
    ))?;
    let rows = statement.query(parameters.as_slice())?;
    let Readable {
        orders,
        unreadable,
        next,
    } = order_rows::readable(rows, query.limit, "created_at")?;
    Ok(OrderPage {
        orders: orders.into_iter().map(|stored| stored.order).collect(),
        unreadable,
        next: next.map(|(created_at, id)| OrderPosition { created_at, id }),
    })
}
