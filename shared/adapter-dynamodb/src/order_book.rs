//! How do the sagas move orders along in DynamoDB? One conditional write per change, nothing read before it.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, OverduePage, OverdueQuery, ParkedList, ParkedOrder, ParkedOrders, Parking, SagaKind,
    Transition,
};
use domain::fulfilment::status_change::StatusChange;
use domain::ports::PortFailure;
use domain::values::{OrderId, OrderStatus, RejectionReason, Timestamp};

use crate::attributes::{Item, UnreadableItem, number, text};
use crate::conditions::found_instead;
use crate::order_item;
use crate::orders;
use crate::table::Table;
use crate::unreadable;

#[derive(Debug, Clone)]
pub struct DynamoOrderBook {
    pub table: Table,
}

#[async_trait]
impl OrderBook for DynamoOrderBook {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        const ACTION: &str = "read order";
        let item = orders::find(ACTION, &self.table, id).await?;
        let order = item.map(|item| order_item::fulfilment_order(&item)).transpose();
        order.map_err(|fault| PortFailure::permanent(ACTION, fault))
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

    /// The index lags behind the table by seconds, and an order is overdue after minutes.
    async fn overdue(&self, query: &OverdueQuery) -> Result<OverduePage, PortFailure> {
        const ACTION: &str = "find overdue orders";
        let OverdueQuery { before, after, limit } = query;
        let start_key = after
            .as_ref()
            .map(|after| order_item::open_start_key(order_item::OPEN, after));
        let (items, last_key) = self
            .indexed(ACTION, order_item::OPEN, *before, start_key, *limit)
            .await?;
        let (orders, unreadable) = unreadable::readable(&items, order_item::fulfilment_order);
        let next = last_key.as_ref().map(order_item::open_position).transpose();
        Ok(OverduePage {
            orders,
            unreadable,
            next: next.map_err(|fault| PortFailure::permanent(ACTION, fault))?,
        })
    }
}

#[async_trait]
impl ParkedOrders for DynamoOrderBook {
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure> {
        const ACTION: &str = "list parked orders";
        let ever = Timestamp::from_unix_ms(i64::MAX);
        let (items, _) = self.indexed(ACTION, order_item::PARKED, ever, None, limit).await?;
        let (parked, unreadable) = unreadable::readable(&items, parked_order);
        Ok(ParkedList {
            parked: parked.into_iter().flatten().collect(),
            unreadable,
        })
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        const ACTION: &str = "read parked order";
        let item = orders::find(ACTION, &self.table, id).await?;
        let parked = item.map_or(Ok(None), |item| parked_order(&item));
        parked.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

impl DynamoOrderBook {
    async fn change(
        &self,
        action: &'static str,
        id: &OrderId,
        change: StatusChange,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let Err(error) = self.request(id, &change, at).send().await else {
            return Ok(Transition::Done);
        };
        let Some(item) = found_instead(action, error)? else {
            return Ok(Transition::NotFound);
        };
        let standing = order_item::standing(&item).map_err(|fault| PortFailure::permanent(action, fault))?;
        let answer = change.check(standing).err();
        Ok(answer.unwrap_or(Transition::Refused(standing.status)))
    }

    fn request(&self, id: &OrderId, change: &StatusChange, at: Timestamp) -> UpdateItemFluentBuilder {
        match change {
            StatusChange::Confirm | StatusChange::CompleteCancel => self
                .lead_on(id, change, at)
                .update_expression("SET #status = :to, updated_at = :at REMOVE parked_from, payment_token, #open"),
            StatusChange::Reject(reason) => self
                .lead_on(id, change, at)
                .update_expression(
                    "SET #status = :to, updated_at = :at, reason = :reason REMOVE parked_from, payment_token, #open",
                )
                .expression_attribute_values(":reason", text(reason.as_str())),
            // On the right of `=` stands what the item had before: `parked_from` gets the status that is replaced here.
            StatusChange::Park(
                _,
                Parking {
                    execution,
                    error,
                    cause,
                },
            ) => self
                .move_to(id, change, at)
                .condition_expression("#status = :awaited")
                .update_expression(
                    "SET parked_from = #status, #status = :to, updated_at = :at, parking_execution = :execution, \
                     parking_error = :error, parking_cause = :cause, #open = :parked",
                )
                .expression_attribute_values(":parked", text(order_item::PARKED))
                .expression_attribute_values(":awaited", text(change.from().as_str()))
                .expression_attribute_values(":execution", text(execution))
                .expression_attribute_values(":error", text(error))
                .expression_attribute_values(":cause", text(cause)),
        }
    }

    /// Orders of the index `open-orders` under this value, longest unchanged first, and the key at which the next page
    /// starts.
    async fn indexed(
        &self,
        action: &'static str,
        open: &str,
        before: Timestamp,
        mut start_key: Option<Item>,
        limit: usize,
    ) -> Result<(Vec<Item>, Option<Item>), PortFailure> {
        let mut items = Vec::new();
        while items.len() < limit {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .index_name(order_item::OPEN_ORDERS)
                .key_condition_expression("#open = :open AND updated_at < :before")
                .expression_attribute_names("#open", "open")
                .expression_attribute_values(":open", text(open))
                .expression_attribute_values(":before", number(before.unix_ms()))
                .limit(i32::try_from(limit - items.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start_key)
                .send()
                .await
                .map_err(|error| aws_errors::failure(action, error))?;
            items.extend(page.items.unwrap_or_default());
            start_key = page.last_evaluated_key;
            if start_key.is_none() {
                break;
            }
        }
        Ok((items, start_key))
    }

    /// Also moves an order along that was parked from where the change starts.
    fn lead_on(&self, id: &OrderId, change: &StatusChange, at: Timestamp) -> UpdateItemFluentBuilder {
        self.move_to(id, change, at)
            .condition_expression("#status = :from OR (#status = :parked AND parked_from = :from)")
            .expression_attribute_values(":from", text(change.from().as_str()))
            .expression_attribute_values(":parked", text(OrderStatus::Parked.as_str()))
    }

    fn move_to(&self, id: &OrderId, change: &StatusChange, at: Timestamp) -> UpdateItemFluentBuilder {
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", order_item::partition_key(id))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":to", text(change.to().as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// `None` for an order that is no longer PARKED.
fn parked_order(item: &Item) -> Result<Option<ParkedOrder>, UnreadableItem> {
    if order_item::standing(item)?.parked_from.is_none() {
        return Ok(None);
    }
    Ok(order_item::stored(item)?.into_parked())
}
