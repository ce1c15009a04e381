//! Applies the sagas' status changes to orders in SQLite.

use async_trait::async_trait;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, OverduePage, OverduePosition, OverdueQuery, ParkedList, ParkedOrder, ParkedOrders,
    Parking, SagaKind, Transition,
};
use domain::fulfilment::status_change::StatusChange;
use domain::ports::PortFailure;
use domain::stored_order::StoredOrder;
use domain::values::{OrderId, RejectionReason, Timestamp};
use rusqlite::params;

use crate::Database;
use crate::order_rows;

/// Changes the status of orders in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteOrderBook {
    /// The shop's database.
    pub database: Database,
}

#[async_trait]
impl OrderBook for SqliteOrderBook {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        let id = id.clone();
        self.database
            .read("read order", move |connection| {
                Ok(order_rows::find(connection, &id)?.map(FulfilmentOrder::from))
            })
            .await
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("confirm order", id, StatusChange::Confirm, at).await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("reject order", id, StatusChange::Reject(reason), at).await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("complete cancel of order", id, StatusChange::CompleteCancel, at)
            .await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        self.change("park order", id, StatusChange::Park(saga, parking.clone()), at)
            .await
    }

    async fn overdue(&self, query: &OverdueQuery) -> Result<OverduePage, PortFailure> {
        let OverdueQuery { before, after, limit } = query.clone();
        self.database
            .read("find overdue orders", move |connection| {
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {columns} FROM orders
                     WHERE status IN ('PENDING', 'CANCELLING') AND updated_at < ?1 AND (updated_at, id) > (?2, ?3)
                     ORDER BY updated_at, id LIMIT ?4",
                    columns = order_rows::COLUMNS,
                ))?;
                // Without a position: one that every order comes after.
                let (changed_after, id) = after
                    .as_ref()
                    .map_or((i64::MIN, ""), |after| (after.updated_at.unix_ms(), after.id.as_str()));
                let rows = statement.query(params![before.unix_ms(), changed_after, id, limit.saturating_add(1)])?;
                let found = order_rows::readable(rows, limit, "updated_at")?;
                Ok(OverduePage {
                    orders: found.orders.into_iter().map(FulfilmentOrder::from).collect(),
                    unreadable: found.unreadable,
                    next: found.next.map(|(updated_at, id)| OverduePosition { updated_at, id }),
                })
            })
            .await
    }
}

#[async_trait]
impl ParkedOrders for SqliteOrderBook {
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure> {
        self.database
            .read("list parked orders", move |connection| {
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {columns} FROM orders WHERE status = 'PARKED' ORDER BY updated_at, id LIMIT ?1",
                    columns = order_rows::COLUMNS,
                ))?;
                let found = order_rows::readable(statement.query(params![limit])?, limit, "updated_at")?;
                Ok(ParkedList {
                    parked: found.orders.into_iter().filter_map(StoredOrder::into_parked).collect(),
                    unreadable: found.unreadable,
                })
            })
            .await
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        let id = id.clone();
        self.database
            .read("read parked order", move |connection| {
                Ok(order_rows::find(connection, &id)?.and_then(StoredOrder::into_parked))
            })
            .await
    }
}

impl SqliteOrderBook {
    async fn change(
        &self,
        action: &'static str,
        id: &OrderId,
        change: StatusChange,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let id = id.clone();
        self.database
            .call(action, move |connection| {
                let Some(before) = order_rows::find(connection, &id)? else {
                    return Ok(Transition::NotFound);
                };
                match before.changed(change, at) {
                    Ok(after) => order_rows::update(connection, &before, &after).map(|()| Transition::Done),
                    Err(answer) => Ok(answer),
                }
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use domain::values::OrderStatus;

    #[test]
    fn the_query_for_overdue_orders_names_the_open_ones() {
        let open = OrderStatus::ALL.into_iter().filter(|status| status.is_open());
        let names: Vec<&str> = open.map(OrderStatus::as_str).collect();
        // Spelled out in the query: SQLite takes the partial index for these very words.
        assert_eq!(names, ["PENDING", "CANCELLING"]);
    }
}
