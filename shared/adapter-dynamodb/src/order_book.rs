//! The sagas' changes of orders in DynamoDB: one conditional write per change, and no read before it.

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
use crate::open_orders::{self, Selection};
use crate::table::Table;
use crate::unreadable::readable;
use crate::{order_item, orders};

/// The orders as the sagas and the operator see them.
#[derive(Debug, Clone)]
pub struct DynamoOrderBook {
    /// The table of orders.
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
        let selection = Selection {
            open: order_item::OPEN,
            before: *before,
            after: after.as_ref(),
            limit: *limit,
        };
        let page = open_orders::page(ACTION, &self.table, &selection).await?;
        let (orders, unreadable) = readable(&page.items, order_item::fulfilment_order);
        Ok(OverduePage {
            orders,
            unreadable,
            next: page.next,
        })
    }
}

#[async_trait]
impl ParkedOrders for DynamoOrderBook {
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure> {
        const ACTION: &str = "list parked orders";
        let selection = Selection {
            open: order_item::PARKED,
            before: Timestamp::from_unix_ms(i64::MAX),
            after: None,
            limit,
        };
        let page = open_orders::page(ACTION, &self.table, &selection).await?;
        let (parked, unreadable) = readable(&page.items, parked_order);
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
                .change_also_parked(id, change, at)
                .update_expression("SET #status = :to, updated_at = :at REMOVE parked_from, payment_token, #open, open_shard"),
            StatusChange::Reject(reason) => self
                .change_also_parked(id, change, at)
                .update_expression(
                    "SET #status = :to, updated_at = :at, reason = :reason REMOVE parked_from, payment_token, #open, open_shard",
                )
                .expression_attribute_values(":reason", text(reason.as_str())),
            // An expression reads the old values, so `parked_from` gets the status that is replaced here.
            StatusChange::Park(
                _,
                Parking {
                    execution,
                    error,
                    cause,
                },
            ) => self
                .update_to(id, change, at)
                .condition_expression("#status = :awaited")
                .update_expression(
                    "SET parked_from = #status, #status = :to, updated_at = :at, parking_execution = :execution, \
                     parking_error = :error, parking_cause = :cause, #open = :parked, open_shard = :parked_shard",
                )
                .expression_attribute_values(":parked_shard", order_item::open_shard(order_item::PARKED, id))
                .expression_attribute_values(":parked", text(order_item::PARKED))
                .expression_attribute_values(":awaited", text(change.from().as_str()))
                .expression_attribute_values(":execution", text(execution))
                .expression_attribute_values(":error", text(error))
                .expression_attribute_values(":cause", text(cause)),
        }
    }

    /// Also changes an order that was parked in the status from which the change starts.
    fn change_also_parked(&self, id: &OrderId, change: &StatusChange, at: Timestamp) -> UpdateItemFluentBuilder {
        self.update_to(id, change, at)
            .condition_expression("#status = :from OR (#status = :parked AND parked_from = :from)")
            .expression_attribute_values(":from", text(change.from().as_str()))
            .expression_attribute_values(":parked", text(OrderStatus::Parked.as_str()))
    }

    fn update_to(&self, id: &OrderId, change: &StatusChange, at: Timestamp) -> UpdateItemFluentBuilder {
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
